package io.github.grpcpatterns.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between a client and a server, and cuts their connections when told.
 */
public final class FaultyProxy implements AutoCloseable {

	private final ServerSocket listener;

	private final int port;

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

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
				Socket server = new Socket(InetAddress.getLoopbackAddress(), this.port);
				this.sockets.add(server);
				run(() -> copy(client, server));
				run(() -> copy(server, client));
			}
		}
	}

	private static void copy(Socket from, Socket to) throws IOException {
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			in.transferTo(out);
		}
	}

	/**
	 * Cut what is connected now.
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
				return; // cut
			}
		}, "cutting-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	private interface Task {

		void run() throws IOException;

	}

}
