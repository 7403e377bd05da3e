/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;

/**
 * Stands between a client and a server. On demand it cuts their connections, or holds
 * back the server's answers as a slow network does.
 */
public final class FaultyProxy implements AutoCloseable {

	private final ServerSocket listener;

	private final int port;

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

	private final Semaphore open = new Semaphore(1);

	/**
	 * Create it.
	 * @param port the port of the server; 0 to accept connections and say nothing
	 */
	public FaultyProxy(int port) throws IOException {
		this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.port = port;
		run(this::accept);
	}

	public int port() {
		return this.listener.getLocalPort();
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.listener.accept();
			this.sockets.add(client);
			if (this.port != 0) {
				run(() -> connect(client));
			}
		}
	}

	private void connect(Socket client) throws IOException {
		try (client; Socket server = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			this.sockets.add(server);
			run(() -> {
				try (client; server) {
					client.getInputStream().transferTo(server.getOutputStream());
				}
			});
			copyWhenOpen(server.getInputStream(), client.getOutputStream());
		}
	}

	private void copyWhenOpen(InputStream in, OutputStream out) throws IOException {
		byte[] buffer = new byte[8192];
		for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
			this.open.acquireUninterruptibly();
			this.open.release();
			out.write(buffer, 0, read);
		}
	}

	/**
	 * Hold back the server's answers until {@link #release()}.
	 */
	public void hold() {
		this.open.acquireUninterruptibly();
	}

	public void release() {
		this.open.release();
	}

	/**
	 * Cut every connection of now.
	 */
	public void cut() {
		for (Socket socket : this.sockets) {
			this.sockets.remove(socket);
			try {
				socket.setSoLinger(true, 0);
				socket.close();
			}
			catch (IOException ex) {
				continue; // it was closed by the other side
			}
		}
	}

	@Override
	public void close() throws IOException {
		this.listener.close();
		cut();
	}

	private static void run(Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ex) {
				return; // cut, or nobody listens any more
			}
		}, "faulty-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	private interface Task {

		void run() throws IOException;

	}

}
