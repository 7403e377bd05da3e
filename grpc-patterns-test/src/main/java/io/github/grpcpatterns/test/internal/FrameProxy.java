/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between clients and a server that speak HTTP/2 without TLS. It passes on whole
 * frames of the server, so that it can count messages, and add a frame of its own.
 */
public final class FrameProxy implements AutoCloseable {

	private static final int NEVER = -1;

	private final ServerSocket listener;

	private final int serverPort;

	private final List<FrameConnection> connections = new CopyOnWriteArrayList<>();

	private volatile int cutAfter = NEVER;

	private volatile long delayNanos;

	/**
	 * Create it.
	 * @param serverPort the port of the server, on the loopback address
	 * @throws IOException if it cannot listen
	 */
	public FrameProxy(int serverPort) throws IOException {
		this.serverPort = serverPort;
		this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		run("accept", this::accept);
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.listener.accept();
			FrameConnection connection = new FrameConnection(this, client,
					new Socket(InetAddress.getLoopbackAddress(), this.serverPort));
			this.connections.add(connection);
			connection.start();
		}
	}

	/**
	 * Return the port.
	 * @return the port on which clients connect
	 */
	public int port() {
		return this.listener.getLocalPort();
	}

	/**
	 * Cut a connection when so many messages of one of its calls have passed.
	 * @param messages the number
	 */
	public void cutAfter(int messages) {
		if (messages < 0) {
			throw new IllegalArgumentException("a number of messages cannot be negative: " + messages);
		}
		this.cutAfter = messages;
	}

	boolean cutsAfter(int messages) {
		return messages == this.cutAfter;
	}

	/**
	 * Pass on later what the server sends.
	 * @param delay how much later
	 */
	public void delay(Duration delay) {
		this.delayNanos = delay.toNanos();
	}

	long delayNanos() {
		return this.delayNanos;
	}

	/**
	 * Say GOAWAY to each client.
	 */
	public void goAway() {
		this.connections.forEach(FrameConnection::goAway);
	}

	/**
	 * Cut each connection.
	 */
	public void cut() {
		this.connections.forEach(FrameConnection::close);
	}

	/**
	 * Do nothing from now on but pass on what comes.
	 */
	public void heal() {
		this.cutAfter = NEVER;
		this.delayNanos = 0;
	}

	void closed(FrameConnection connection) {
		this.connections.remove(connection);
	}

	@Override
	public void close() {
		try {
			this.listener.close();
		}
		catch (IOException ex) {
			// it is closed
		}
		cut();
	}

	static void run(String name, Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ex) {
				return; // cut, or closed
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}, "faulty-server-" + name);
		thread.setDaemon(true);
		thread.start();
	}

	interface Task {

		void run() throws IOException, InterruptedException;

	}

}
