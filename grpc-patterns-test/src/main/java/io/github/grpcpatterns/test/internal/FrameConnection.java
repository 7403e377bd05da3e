/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test.internal;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A connection of a client through the proxy. One thread copies what the client sends,
 * one reads the server's frames, and one writes them when they are due.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#section-4.1">RFC 9113, 4.1</a>
 */
final class FrameConnection {

	private static final int HEADER_BYTES = 9;

	private static final int DATA = 0;

	private static final int SETTINGS = 4;

	private static final int GOAWAY = 7;

	private static final int LAST_STREAM = Integer.MAX_VALUE;

	private final FrameProxy proxy;

	private final Socket client;

	private final Socket server;

	private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();

	// what follows is of the thread that writes

	/** The messages of each call so far. */
	private final Map<Integer, MessageCounter> messages = new HashMap<>();

	private boolean cut;

	FrameConnection(FrameProxy proxy, Socket client, Socket server) {
		this.proxy = proxy;
		this.client = client;
		this.server = server;
	}

	void start() {
		FrameProxy.run("requests", this::copyRequests);
		FrameProxy.run("frames", this::read);
		FrameProxy.run("answers", this::write);
	}

	private void copyRequests() throws IOException {
		try {
			InputStream in = this.client.getInputStream();
			try {
				in.transferTo(this.server.getOutputStream());
			}
			catch (IOException ex) {
				// Closed with something unread, the socket would take back what it has
				// sent
				in.transferTo(OutputStream.nullOutputStream());
			}
		}
		finally {
			close();
		}
	}

	private void read() throws IOException {
		try {
			DataInputStream in = new DataInputStream(this.server.getInputStream());
			while (true) {
				byte[] header = in.readNBytes(HEADER_BYTES);
				if (header.length < HEADER_BYTES) {
					break;
				}
				int length = ByteBuffer.wrap(header).getInt() >>> 8;
				byte[] frame = new byte[HEADER_BYTES + length];
				System.arraycopy(header, 0, frame, 0, HEADER_BYTES);
				in.readFully(frame, HEADER_BYTES, length);
				this.frames.add(new Frame(frame, System.nanoTime() + this.proxy.delayNanos()));
			}
		}
		finally {
			this.frames.add(Frame.END);
		}
	}

	private void write() throws IOException, InterruptedException {
		try (this.server) {
			OutputStream out = this.client.getOutputStream();
			for (Frame frame = this.frames.take(); frame != Frame.END; frame = this.frames.take()) {
				TimeUnit.NANOSECONDS.sleep(frame.due - System.nanoTime());
				if (frame.ofCall() && this.proxy.cutsAfter(0)) {
					return;
				}
				int end = (frame.type() == DATA) ? cutAt(frame) : frame.bytes.length;
				out.write((end < frame.bytes.length) ? frame.cutAt(end) : frame.bytes);
				if (this.cut) {
					return;
				}
			}
		}
		finally {
			this.proxy.closed(this);
			this.client.shutdownOutput(); // behind what was sent
		}
	}

	/**
	 * Count the messages that a frame completes.
	 * @return where the frame is to end
	 */
	private int cutAt(Frame frame) {
		MessageCounter counter = this.messages.computeIfAbsent(frame.stream(), (stream) -> new MessageCounter());
		for (int i = HEADER_BYTES; i < frame.bytes.length; i++) {
			if (counter.ends(frame.bytes[i]) && this.proxy.cutsAfter(counter.count)) {
				this.cut = true;
				return i + 1;
			}
		}
		return frame.bytes.length;
	}

	void goAway() {
		ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + 8);
		frame.put(new byte[] { 0, 0, 8, GOAWAY, 0, 0, 0, 0, 0 }).putInt(LAST_STREAM).putInt(0);
		this.frames.add(new Frame(frame.array(), System.nanoTime()));
	}

	void close() {
		this.proxy.closed(this);
		for (Socket socket : new Socket[] { this.client, this.server }) {
			try {
				socket.close();
			}
			catch (IOException ex) {
				continue; // the other side was faster
			}
		}
	}

	/**
	 * Finds the ends of the messages of a stream: each has a flag, a length of four
	 * bytes, and so many bytes.
	 */
	private static final class MessageCounter {

		private int count;

		private int prefix;

		private long length;

		boolean ends(byte next) {
			if (this.prefix < 5) {
				this.length = (this.prefix == 0) ? 0 : this.length << 8 | (next & 0xff);
				this.prefix++;
			}
			else {
				this.length--;
			}
			if (this.prefix < 5 || this.length > 0) {
				return false;
			}
			this.prefix = 0;
			this.count++;
			return true;
		}

	}

	/**
	 * A frame of the server.
	 */
	private static final class Frame {

		private static final Frame END = new Frame(new byte[HEADER_BYTES], 0);

		private final byte[] bytes;

		private final long due;

		Frame(byte[] bytes, long due) {
			this.bytes = bytes;
			this.due = due;
		}

		int type() {
			return this.bytes[3];
		}

		/**
		 * Return a frame with the beginning of this one, and no end of its stream.
		 */
		byte[] cutAt(int end) {
			byte[] cut = Arrays.copyOf(this.bytes, end);
			int length = end - HEADER_BYTES;
			cut[0] = (byte) (length >> 16);
			cut[1] = (byte) (length >> 8);
			cut[2] = (byte) length;
			cut[4] = 0;
			return cut;
		}

		int stream() {
			return ByteBuffer.wrap(this.bytes).getInt(5) & Integer.MAX_VALUE;
		}

		/**
		 * Return whether it answers a call: it is no setting, ping or window.
		 */
		boolean ofCall() {
			return stream() != 0 && type() < SETTINGS;
		}

	}

}
