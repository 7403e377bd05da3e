package io.github.grpcpatterns.transport;

import io.grpc.ServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;

/**
 * What only builders of grpc-netty-shaded can.
 */
final class ShadedNetty {

	private ShadedNetty() {
	}

	static void maxConcurrentCalls(ServerBuilder<?> builder, int calls) {
		((NettyServerBuilder) builder).maxConcurrentCallsPerConnection(calls);
	}

	static void maxResets(ServerBuilder<?> builder, int resets, int seconds) {
		((NettyServerBuilder) builder).maxRstFramesPerWindow(resets, seconds);
	}

}
