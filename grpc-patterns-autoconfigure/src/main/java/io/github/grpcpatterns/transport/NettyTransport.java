/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

import io.grpc.ServerBuilder;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * The two variants of Netty under a server. The typed code of each is in a class of its
 * own, loaded only for a builder of that kind, because the other may be missing.
 */
enum NettyTransport {

	/** The one that grpc-netty-shaded brings. */
	SHADED("io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder") {

		@Override
		void maxConcurrentCalls(ServerBuilder<?> builder, int calls) {
			ShadedNetty.maxConcurrentCalls(builder, calls);
		}

		@Override
		void maxResets(ServerBuilder<?> builder, int resets, int seconds) {
			ShadedNetty.maxResets(builder, resets, seconds);
		}

		@Override
		List<String> complaints() {
			return VersionFloor.complaints(VersionFloor.SHADED_NETTY, ShadedNetty.version());
		}

		@Override
		@Nullable String grpcVersion() {
			return ShadedNetty.grpcVersion();
		}

	},

	/** The application's own, which grpc-netty uses. */
	UNSHADED("io.grpc.netty.NettyServerBuilder") {

		@Override
		void maxConcurrentCalls(ServerBuilder<?> builder, int calls) {
			UnshadedNetty.maxConcurrentCalls(builder, calls);
		}

		@Override
		void maxResets(ServerBuilder<?> builder, int resets, int seconds) {
			UnshadedNetty.maxResets(builder, resets, seconds);
		}

		@Override
		List<String> complaints() {
			return VersionFloor.complaints(VersionFloor.NETTY, UnshadedNetty.version());
		}

		@Override
		@Nullable String grpcVersion() {
			return UnshadedNetty.grpcVersion();
		}

	};

	private final String builder;

	NettyTransport(String builder) {
		this.builder = builder;
	}

	abstract void maxConcurrentCalls(ServerBuilder<?> builder, int calls);

	abstract void maxResets(ServerBuilder<?> builder, int resets, int seconds);

	/**
	 * Say what is wrong with the version of Netty.
	 * @return a sentence or two where it is too old
	 */
	abstract List<String> complaints();

	/**
	 * Return the version of grpc-java that the transport is of.
	 * @return the version, or {@code null} where its jar does not say
	 */
	abstract @Nullable String grpcVersion();

	/**
	 * Return the transport of a server.
	 * @param builder the builder of the server
	 * @return the transport, or {@code null} where it is not Netty
	 */
	static @Nullable NettyTransport of(ServerBuilder<?> builder) {
		return first((transport) -> transport.builder.equals(builder.getClass().getName()));
	}

	/**
	 * Return the transport that both stacks choose for channels: shaded, if it exists.
	 * @param classLoader the class loader of the application
	 * @return the transport, or {@code null} where Netty is missing
	 */
	static @Nullable NettyTransport present(@Nullable ClassLoader classLoader) {
		return first((transport) -> ClassUtils.isPresent(transport.builder, classLoader));
	}

	private static @Nullable NettyTransport first(Predicate<NettyTransport> condition) {
		return Arrays.stream(values()).filter(condition).findFirst().orElse(null);
	}

}
