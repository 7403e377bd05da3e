/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A client that speaks HTTP/2 by hand, and so can do what no honest one does.
 */
public final class FaultyClient implements Closeable {

	public static final int HEADERS = 1;

	public static final int RST_STREAM = 3;

	public static final int SETTINGS = 4;

	public static final int GOAWAY = 7;

	private final Socket socket;

	private final DataInputStream in;

	private final DataOutputStream out;

	private int nextStream = 1;

	private FaultyClient(int port) throws IOException {
		this.socket = new Socket("127.0.0.1", port);
		this.socket.setSoTimeout(20_000);
		this.in = new DataInputStream(this.socket.getInputStream());
		this.out = new DataOutputStream(this.socket.getOutputStream());
	}

	/**
	 * Connect, and say nothing.
	 */
	public static FaultyClient silent(int port) {
		try {
			return new FaultyClient(port);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Connect, and begin as every client.
	 */
	public static FaultyClient open(int port) {
		FaultyClient connection = silent(port);
		connection.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
		connection.send(SETTINGS, 0, 0, new byte[0]);
		return connection;
	}

	/**
	 * Begin a call that sends no message yet.
	 */
	public int startCall(String method) {
		ByteArrayOutputStream headers = new ByteArrayOutputStream();
		header(headers, ":method", "POST");
		header(headers, ":scheme", "http");
		header(headers, ":path", "/" + method);
		header(headers, ":authority", "localhost");
		header(headers, "te", "trailers");
		header(headers, "content-type", "application/grpc");
		int stream = this.nextStream;
		this.nextStream += 2;
		send(HEADERS, 4, stream, headers.toByteArray());
		return stream;
	}

	public void reset(int stream) {
		send(RST_STREAM, 0, stream, new byte[] { 0, 0, 0, 8 });
	}

	/**
	 * Read until a frame of a type comes.
	 * @return the frame, or {@code null} when the server closed the connection
	 */
	public Frame await(int type) {
		try {
			while (true) {
				int length = (this.in.readUnsignedShort() << 8) | this.in.readUnsignedByte();
				int read = this.in.readUnsignedByte();
				int flags = this.in.readUnsignedByte();
				int stream = this.in.readInt();
				byte[] payload = new byte[length];
				this.in.readFully(payload);
				if (read == type && !(type == SETTINGS && flags == 1)) {
					return new Frame(type, stream, ByteBuffer.wrap(payload));
				}
			}
		}
		catch (EOFException | SocketException ex) {
			return null;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The number of streams that the server announces, or -1.
	 */
	public long maxConcurrentStreams() {
		ByteBuffer settings = await(SETTINGS).payload();
		while (settings.hasRemaining()) {
			int id = settings.getShort();
			long value = settings.getInt() & 0xFFFF_FFFFL;
			if (id == 3) {
				return value;
			}
		}
		return -1;
	}

	private void send(int type, int flags, int stream, byte[] payload) {
		ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
		frame.put((byte) 0).putShort((short) payload.length).put((byte) type).put((byte) flags).putInt(stream);
		write(frame.put(payload).array());
	}

	private void write(byte[] bytes) {
		try {
			this.out.write(bytes);
			this.out.flush();
		}
		catch (SocketException ex) {
			return; // the server has closed it, as a test will see when it reads
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void header(ByteArrayOutputStream out, String name, String value) {
		out.write(0); // literal, not indexed
		string(out, name);
		string(out, value);
	}

	private static void string(ByteArrayOutputStream out, String text) {
		out.write(text.length());
		out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A frame.
	 */
	public record Frame(int type, int stream, ByteBuffer payload) {
	}

}
