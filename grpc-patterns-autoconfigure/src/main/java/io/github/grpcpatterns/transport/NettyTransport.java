package io.github.grpcpatterns.transport;

import java.util.List;

import io.grpc.ServerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The two variants of Netty under a server. The typed code of each is in a class of its
 * own, loaded only for a builder of that kind, because the other may be missing.
 */
enum NettyTransport {

	/** The one that grpc-netty-shaded brings. */
	SHADED {

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

	},

	/** The application's own, which grpc-netty uses. */
	UNSHADED {

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

	};

	abstract void maxConcurrentCalls(ServerBuilder<?> builder, int calls);

	abstract void maxResets(ServerBuilder<?> builder, int resets, int seconds);

	/**
	 * Say what is wrong with the version of Netty.
	 * @return a sentence or two where it is too old
	 */
	abstract List<String> complaints();

	/**
	 * Return the transport of a server.
	 * @param builder the builder of the server
	 * @return the transport, or {@code null} where it is not Netty
	 */
	static @Nullable NettyTransport of(ServerBuilder<?> builder) {
		return switch (builder.getClass().getName()) {
			case "io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder" -> SHADED;
			case "io.grpc.netty.NettyServerBuilder" -> UNSHADED;
			default -> null;
		};
	}

}
