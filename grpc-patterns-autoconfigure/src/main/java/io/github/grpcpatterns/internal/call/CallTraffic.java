/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import org.jspecify.annotations.Nullable;

/**
 * Counts the messages of a call, and the bytes of a stream. Each counter is written by
 * one thread at a time, the one that sends or delivers; other threads may read it
 * slightly late.
 */
public final class CallTraffic {

	private long messagesReceived;

	private long messagesSent;

	/** {@code null} for a unary call, which it would cost 40 bytes. */
	private @Nullable OfStream stream;

	CallTraffic() {
	}

	/**
	 * The call is a stream. Called before its first message.
	 */
	void streaming(long startNanos) {
		if (this.stream == null) {
			this.stream = new OfStream(startNanos);
		}
	}

	/**
	 * Return the number of messages received.
	 * @return the messages that reached the handler or the caller
	 */
	public long messagesReceived() {
		return this.messagesReceived;
	}

	/**
	 * Return the number of messages sent.
	 * @return the messages handed to the transport
	 */
	public long messagesSent() {
		return this.messagesSent;
	}

	/**
	 * Return the size of the messages received on a stream.
	 * @return uncompressed bytes as the transport tells them, zero where it does not (as
	 * in-process) and for unary calls
	 */
	public long bytesReceived() {
		return (this.stream != null) ? this.stream.bytesReceived : 0;
	}

	/**
	 * Return the size of the messages sent on a stream.
	 * @return uncompressed bytes as the transport tells them, zero where it does not (as
	 * in-process) and for unary calls
	 */
	public long bytesSent() {
		return (this.stream != null) ? this.stream.bytesSent : 0;
	}

	/**
	 * Return when the last message of a server's stream came or went, to about
	 * {@link CallTimer#recently()}.
	 * @return nanoseconds on the scale of {@link CallTimer#nanoTime()}; the start of the
	 * call before the first message and on the client, zero for unary calls
	 */
	public long lastMessageNanos() {
		return (this.stream != null) ? this.stream.lastMessageNanos : 0;
	}

	/**
	 * Keep what the transport tells about the size of each message received, for
	 * {@link #messageBytes()}. Called before the first message is asked for.
	 */
	public void keepMessageBytes() {
		if (this.stream != null) {
			this.stream.unseenSizes = new ConcurrentLinkedQueue<>();
		}
	}

	/**
	 * Return the size of the message that is being received, within its callback.
	 * @return the uncompressed bytes without framing; negative if the transport does not
	 * report it, or sizes are not kept
	 */
	public long messageBytes() {
		return (this.stream != null) ? this.stream.messageBytes : -1;
	}

	/**
	 * The transport has read a message.
	 * @param bytes its size, negative where that is not known before it is parsed
	 */
	void read(long bytes) {
		Queue<Long> sizes = (this.stream != null) ? this.stream.unseenSizes : null;
		if (sizes != null) {
			sizes.add(bytes);
		}
	}

	/**
	 * A part of the message that is being parsed was inflated, on the thread that parses.
	 */
	void inflated(long bytes) {
		if (this.stream != null) {
			this.stream.inflated += bytes;
		}
	}

	/**
	 * A message has been parsed, on the thread that did so.
	 * @return its size where that was not known before, else zero
	 */
	long parsed() {
		OfStream stream = this.stream;
		long bytes = (stream != null) ? stream.inflated : 0;
		if (stream != null && bytes > 0) {
			stream.inflated = 0;
		}
		return bytes;
	}

	/**
	 * A message is about to be delivered.
	 * @param bytes what {@link #parsed()} returned for it
	 */
	void delivering(long bytes) {
		OfStream stream = this.stream;
		Queue<Long> sizes = (stream != null) ? stream.unseenSizes : null;
		if (stream != null && sizes != null) {
			Long read = sizes.poll();
			stream.messageBytes = (read != null && read >= 0) ? read : (bytes > 0) ? bytes : -1;
		}
	}

	void received() {
		this.messagesReceived++;
	}

	void sent() {
		this.messagesSent++;
	}

	void size(boolean sent, long bytes) {
		OfStream stream = this.stream;
		if (stream != null && sent) {
			stream.bytesSent += bytes;
		}
		else if (stream != null) {
			stream.bytesReceived += bytes;
		}
	}

	void touch(long nanos) {
		if (this.stream != null) {
			this.stream.lastMessageNanos = nanos;
		}
	}

	/**
	 * What is counted of streams only.
	 */
	private static final class OfStream {

		private long bytesReceived;

		private long bytesSent;

		private long lastMessageNanos;

		/** Bytes of the message that is being parsed, on the thread that parses. */
		private long inflated;

		/** Of the message being delivered, within its callback. */
		private long messageBytes = -1;

		/**
		 * Sizes of the messages that the transport has read and not delivered yet,
		 * negative while unknown; kept only on request.
		 */
		private volatile @Nullable Queue<Long> unseenSizes;

		OfStream(long startNanos) {
			this.lastMessageNanos = startNanos;
		}

	}

}
