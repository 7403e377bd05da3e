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
 * Counts the messages and bytes of a call. Each counter is written by one thread at a
 * time, the one that sends or delivers; other threads may read it slightly late.
 */
public final class CallTraffic {

	private long messagesReceived;

	private long messagesSent;

	private long bytesReceived;

	private long bytesSent;

	private long lastMessageNanos;

	/** Bytes of the message that is being parsed, on the thread that parses. */
	private long inflated;

	/**
	 * Sizes of the messages that the transport has read and not delivered yet, negative
	 * while unknown; kept only on request.
	 */
	private volatile @Nullable Queue<Long> unseenSizes;

	/** Of the message being delivered, within its callback. */
	private long messageBytes = -1;

	CallTraffic(long startNanos) {
		this.lastMessageNanos = startNanos;
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
		return this.bytesReceived;
	}

	/**
	 * Return the size of the messages sent on a stream.
	 * @return uncompressed bytes as the transport tells them, zero where it does not (as
	 * in-process) and for unary calls
	 */
	public long bytesSent() {
		return this.bytesSent;
	}

	/**
	 * Return when the last message of a server's stream came or went, to about
	 * {@link CallTimer#recently()}.
	 * @return nanoseconds on the scale of {@link CallTimer#nanoTime()}; the start of the
	 * call before the first message, for unary calls and on the client
	 */
	public long lastMessageNanos() {
		return this.lastMessageNanos;
	}

	/**
	 * Keep what the transport tells about the size of each message received, for
	 * {@link #messageBytes()}. Called before the first message is asked for.
	 */
	public void keepMessageBytes() {
		this.unseenSizes = new ConcurrentLinkedQueue<>();
	}

	/**
	 * Return the size of the message that is being received, within its callback.
	 * @return the uncompressed bytes without framing; negative if the transport does not
	 * report it, or sizes are not kept
	 */
	public long messageBytes() {
		return this.messageBytes;
	}

	/**
	 * The transport has read a message.
	 * @param bytes its size, negative where that is not known before it is parsed
	 */
	void read(long bytes) {
		Queue<Long> sizes = this.unseenSizes;
		if (sizes != null) {
			sizes.add(bytes);
		}
	}

	/**
	 * A part of the message that is being parsed was inflated, on the thread that parses.
	 */
	void inflated(long bytes) {
		this.inflated += bytes;
	}

	/**
	 * A message has been parsed, on the thread that did so.
	 * @return its size where that was not known before, else zero
	 */
	long parsed() {
		long bytes = this.inflated;
		if (bytes > 0) {
			this.inflated = 0;
		}
		return bytes;
	}

	/**
	 * A message is about to be delivered.
	 * @param bytes what {@link #parsed()} returned for it
	 */
	void delivering(long bytes) {
		Queue<Long> sizes = this.unseenSizes;
		if (sizes != null) {
			Long read = sizes.poll();
			this.messageBytes = (read != null && read >= 0) ? read : (bytes > 0) ? bytes : -1;
		}
	}

	void received() {
		this.messagesReceived++;
	}

	void sent() {
		this.messagesSent++;
	}

	void size(boolean sent, long bytes) {
		if (sent) {
			this.bytesSent += bytes;
		}
		else {
			this.bytesReceived += bytes;
		}
	}

	void touch(long nanos) {
		this.lastMessageNanos = nanos;
	}

}
