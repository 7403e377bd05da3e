package io.github.grpcpatterns.stream;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What waits in one stream, in order, and counts in the total. Changed within the guard
 * only; anybody may ask how much it is. What is left for another thread to send does not
 * come here before that thread has time, but is counted from then on.
 *
 * @param <T> the type of messages
 */
final class PendingMessages<T> {

	/**
	 * What a message costs beside its bytes, so that empty ones do not fill the heap.
	 */
	private static final int OVERHEAD = 64;

	private final PendingBytes total;

	private final long maxBytes;

	private final Runnable tooSlow;

	private Queue<Waiting<T>> queue = new ArrayDeque<>();

	private volatile int messages;

	private volatile long bytes;

	private final AtomicLong leftBytes = new AtomicLong();

	private final AtomicInteger leftMessages = new AtomicInteger();

	/** Something was left once, which may happen again: it stays held until dropped. */
	private volatile boolean leaves;

	private volatile boolean dropped;

	private volatile boolean condemned;

	/**
	 * Create it.
	 * @param total what waits in all streams
	 * @param maxBytes how much may wait here, zero for any amount
	 * @param tooSlow ends the stream, from any thread
	 */
	PendingMessages(PendingBytes total, long maxBytes, Runnable tooSlow) {
		this.total = total;
		this.maxBytes = maxBytes;
		this.tooSlow = tooSlow;
	}

	boolean any() {
		return this.messages > 0;
	}

	boolean fits(long size) {
		return this.maxBytes == 0 || this.bytes + this.leftBytes.get() + size <= this.maxBytes;
	}

	/**
	 * Return what the total counts.
	 */
	long cost() {
		return this.bytes + this.leftBytes.get() + (long) OVERHEAD * (this.messages + this.leftMessages.get());
	}

	void add(Waiting<T> waiting) {
		this.queue.add(waiting);
		if (this.queue.size() == 1) {
			hold();
		}
		count(1, waiting.size());
	}

	Waiting<T> take() {
		Waiting<T> waiting = this.queue.remove();
		count(-1, -waiting.size());
		if (this.queue.isEmpty() && !this.leaves) {
			this.total.release(this);
			if (this.leaves) { // since just now
				hold();
			}
		}
		return waiting;
	}

	/**
	 * A message is left for the thread that is sending. From any thread.
	 * @return whether there is room for it
	 */
	boolean leave(long size) {
		if (!fits(size) || this.dropped) {
			return false;
		}
		if (!this.leaves) {
			this.leaves = true;
			hold();
		}
		this.leftMessages.incrementAndGet();
		this.leftBytes.addAndGet(size);
		this.total.add(size + OVERHEAD);
		return true;
	}

	/**
	 * A message that was left is about to be sent.
	 */
	void take(long size) {
		this.leftMessages.decrementAndGet();
		this.leftBytes.addAndGet(-size);
		this.total.add(-size - OVERHEAD);
	}

	private void hold() {
		this.total.hold(this);
		if (this.dropped) {
			this.total.release(this);
		}
	}

	/**
	 * The call is over.
	 */
	void drop() {
		this.dropped = true;
		this.total.release(this);
		if (any()) {
			this.queue = new ArrayDeque<>(1);
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
