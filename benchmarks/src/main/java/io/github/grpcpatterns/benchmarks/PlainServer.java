/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.IOException;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;

/**
 * The service of {@link Peers} on grpc-java with no interceptor.
 */
final class PlainServer {

	private PlainServer() {
	}

	/**
	 * Start the server, print its port, and serve until the input ends.
	 * @param args not used
	 * @throws IOException if the input cannot be read
	 */
	public static void main(String[] args) throws IOException {
		Server server = NettyServerBuilder.forPort(0).addService(BenchService.definition()).build().start();
		System.out.println("port " + server.getPort());
		while (System.in.read() != -1) {
			// until the parent ends
		}
		System.exit(0);
	}

}
