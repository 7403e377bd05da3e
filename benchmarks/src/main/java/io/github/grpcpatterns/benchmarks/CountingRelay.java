/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.LongAdder;

/**
 * Passes connections to a port on and counts the bytes both ways.
 */
final class CountingRelay implements AutoCloseable {

	private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

	private final LongAdder sent = new LongAdder();

	private final LongAdder received = new LongAdder();

	CountingRelay(int port) throws IOException {
		start(() -> {
			while (true) {
				Socket client = this.socket.accept();
				Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
				client.setTcpNoDelay(true);
				server.setTcpNoDelay(true);
				start(() -> copy(client.getInputStream(), server.getOutputStream(), this.sent));
				start(() -> copy(server.getInputStream(), client.getOutputStream(), this.received));
			}
		});
	}

	private static void start(Copy copy) {
		Thread thread = new Thread(() -> {
			try {
				copy.run();
			}
			catch (IOException ex) {
				// An end is closed.
			}
		}, "relay");
		thread.setDaemon(true);
		thread.start();
	}

	private static void copy(InputStream in, OutputStream out, LongAdder bytes) throws IOException {
		byte[] buffer = new byte[65536];
		for (int n = in.read(buffer); n != -1; n = in.read(buffer)) {
			bytes.add(n);
			out.write(buffer, 0, n);
		}
	}

	int port() {
		return this.socket.getLocalPort();
	}

	/**
	 * Return the bytes that clients have sent.
	 */
	long sent() {
		return this.sent.sum();
	}

	/**
	 * Return the bytes that clients have received.
	 */
	long received() {
		return this.received.sum();
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	private interface Copy {

		void run() throws IOException;

	}

}
