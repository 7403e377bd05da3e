package io.github.grpcpatterns.stream;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * What waits in one stream, in order, and counts in the total. Changed within the guard
 * only; anybody may ask how much it is.
 *
 * @param <T> the type of messages
 */
final class PendingMessages<T> {

	/**
	 * What a message costs beside its bytes, so that empty ones do not fill the heap.
	 */
	private static final int OVERHEAD = 64;

	private final PendingBytes total;

	private final Runnable tooSlow;

	private Queue<Waiting<T>> queue = new ArrayDeque<>();

	private volatile int messages;

	private volatile long bytes;

	private volatile boolean condemned;

	/**
	 * Create it.
	 * @param total what waits in all streams
	 * @param tooSlow ends the stream, from any thread
	 */
	PendingMessages(PendingBytes total, Runnable tooSlow) {
		this.total = total;
		this.tooSlow = tooSlow;
	}

	boolean any() {
		return this.messages > 0;
	}

	long bytes() {
		return this.bytes;
	}

	/**
	 * Return what the total counts.
	 */
	long cost() {
		return this.bytes + (long) OVERHEAD * this.messages;
	}

	void add(Waiting<T> waiting) {
		this.queue.add(waiting);
		if (this.queue.size() == 1) {
			this.total.hold(this);
		}
		count(1, waiting.size());
	}

	Waiting<T> take() {
		Waiting<T> waiting = this.queue.remove();
		count(-1, -waiting.size());
		if (this.queue.isEmpty()) {
			this.total.release(this);
		}
		return waiting;
	}

	void drop() {
		if (any()) {
			this.queue = new ArrayDeque<>(1);
			this.total.release(this);
			count(-this.messages, -this.bytes);
		}
	}

	@SuppressWarnings("NonAtomicVolatileUpdate") // written within the guard only
	private void count(int messages, long bytes) {
		this.messages += messages;
		this.bytes += bytes;
		this.total.add(bytes + (long) OVERHEAD * messages);
	}

	boolean condemned() {
		return this.condemned;
	}

	/**
	 * It holds most, and is to be ended.
	 */
	void condemn() {
		this.condemned = true;
	}

	void tooSlow() {
		this.tooSlow.run();
	}

	/**
	 * A message that waits.
	 *
	 * @param message the message
	 * @param size its size, which some messages do not tell twice
	 * @param compressed whether the handler wants it compressed, where the call is
	 * @param <T> the type of the message
	 */
	record Waiting<T>(T message, long size, boolean compressed) {
	}

}
