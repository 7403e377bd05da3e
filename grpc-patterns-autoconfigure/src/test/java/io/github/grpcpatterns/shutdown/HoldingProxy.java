package io.github.grpcpatterns.shutdown;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Semaphore;

/**
 * Stands between a client and a server, and can hold back what the server says, as a slow
 * network does: the client then does not know yet that the server goes away.
 */
final class HoldingProxy implements AutoCloseable {

	private final ServerSocket listener;

	private final int port;

	private final Semaphore open = new Semaphore(1);

	HoldingProxy(int port) throws IOException {
		this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.port = port;
		run(this::accept);
	}

	int port() {
		return this.listener.getLocalPort();
	}

	void hold() {
		this.open.acquireUninterruptibly();
	}

	void release() {
		this.open.release();
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.listener.accept();
			Socket server;
			try {
				server = new Socket(InetAddress.getLoopbackAddress(), this.port);
			}
			catch (IOException ex) {
				client.close(); // nobody listens any more
				continue;
			}
			run(() -> {
				try (client; server) {
					client.getInputStream().transferTo(server.getOutputStream());
				}
			});
			run(() -> copyWhenOpen(server, client));
		}
	}

	private void copyWhenOpen(Socket from, Socket to) throws IOException {
		byte[] buffer = new byte[8192];
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
				this.open.acquireUninterruptibly();
				this.open.release();
				out.write(buffer, 0, read);
			}
		}
	}

	@Override
	public void close() throws IOException {
		this.listener.close();
	}

	private static void run(Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ex) {
				return; // closed
			}
		}, "holding-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	private interface Task {

		void run() throws IOException;

	}

}
