/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

/**
 * The pending bytes of one stream, bounded by its own limit and that of all streams
 * together.
 */
final class PendingShare {

	/**
	 * What a message costs beside its bytes, so that empty ones do not fill the heap.
	 */
	private static final int OVERHEAD = 64;

	private final PendingBytes total;

	private final long maxBytes;

	private final Runnable tooSlow;

	private volatile boolean condemned;

	/** Written under the lock of this object, as what follows. */
	private volatile long cost;

	private long bytes;

	private boolean over;

	/**
	 * Create it.
	 * @param total the pending bytes of all streams
	 * @param maxBytes the limit of this stream, zero for none
	 * @param tooSlow ends the stream, from any thread
	 */
	PendingShare(PendingBytes total, long maxBytes, Runnable tooSlow) {
		this.total = total;
		this.maxBytes = maxBytes;
		this.tooSlow = tooSlow;
	}

	/**
	 * Return what the total counts.
	 */
	long cost() {
		return this.cost;
	}

	/**
	 * A message has to wait.
	 * @param size its size
	 * @return whether there is room for it; else the stream has been ended
	 */
	boolean hold(long size) {
		synchronized (this) {
			if (this.over) {
				return false;
			}
			// Whoever condemned this stream may be long in ending it.
			if (!this.condemned && (this.maxBytes == 0 || this.bytes + size <= this.maxBytes)) {
				change(size, size + OVERHEAD);
				size = -1;
			}
		}
		if (size >= 0) {
			tooSlow();
			return false;
		}
		this.total.check();
		return true;
	}

	/**
	 * A message no longer waits.
	 */
	synchronized void release(long size) {
		if (!this.over) {
			change(-size, -size - OVERHEAD);
		}
	}

	/**
	 * The call is over: nothing waits any more.
	 */
	synchronized void over() {
		if (!this.over) {
			change(-this.bytes, -this.cost);
			this.over = true;
		}
	}

	private void change(long bytes, long cost) {
		long before = this.cost;
		this.bytes += bytes;
		this.cost = before + cost;
		this.total.add(cost);
		if (before == 0 && cost > 0) {
			this.total.hold(this);
		}
		else if (before > 0 && this.cost == 0) {
			this.total.release(this);
		}
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

}
