/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import java.util.Map;
import java.util.Objects;

import io.grpc.ServerBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.util.Version;
import org.jspecify.annotations.Nullable;

/**
 * Configures builders of grpc-netty.
 */
final class UnshadedNetty {

	private UnshadedNetty() {
	}

	static void maxConcurrentCalls(ServerBuilder<?> builder, int calls) {
		((NettyServerBuilder) builder).maxConcurrentCallsPerConnection(calls);
	}

	static void maxResets(ServerBuilder<?> builder, int resets, int seconds) {
		((NettyServerBuilder) builder).maxRstFramesPerWindow(resets, seconds);
	}

	/**
	 * Return the version of Netty, by the artifact that speaks HTTP/2.
	 * @return the version, or {@code null} where the jars do not say
	 */
	static @Nullable String version() {
		Map<String, Version> versions = Version.identify(NettyServerBuilder.class.getClassLoader());
		Version version = versions.getOrDefault("netty-codec-http2", versions.get("netty-common"));
		return Objects.toString((version != null) ? version.artifactVersion() : null, null);
	}

	/**
	 * Return the version of grpc-java that the transport is of.
	 * @return the version, or {@code null} where its jar does not say
	 */
	static @Nullable String grpcVersion() {
		return NettyServerBuilder.class.getPackage().getImplementationVersion();
	}

}
