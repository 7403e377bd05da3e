/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import org.jspecify.annotations.Nullable;

/**
 * Ends a stream that was idle for too long.
 * <p>
 * A message only records the time; the timer checks it when it fires, and restarts
 * itself. Time during which our own rate holds messages back does not count.
 */
final class IdleTimer {

	private final ServerCallGuard guard;

	private final CallTimer timer;

	private final long idleNanos;

	private final boolean stops;

	/** On our clock. */
	private volatile long lastMessage;

	private int holds;

	private long heldSince;

	private long heldNanos;

	private boolean parked;

	private boolean over;

	private @Nullable Runnable cancel;

	/**
	 * Create it.
	 * @param stops whether a rate may hold messages back
	 */
	IdleTimer(ServerCallGuard guard, CallTimer timer, long idleNanos, boolean stops) {
		this.guard = guard;
		this.timer = timer;
		this.idleNanos = idleNanos;
		this.stops = stops;
		this.lastMessage = guard.record().startNanos();
	}

	synchronized void start() {
		arm();
	}

	/**
	 * A message went to or from the handler.
	 */
	void message() {
		this.lastMessage = clock();
	}

	private long clock() {
		long now = this.timer.nanoTime();
		return this.stops ? now - heldNanos(now) : now;
	}

	private synchronized long heldNanos(long now) {
		return this.heldNanos + ((this.holds > 0) ? now - this.heldSince : 0);
	}

	/**
	 * Our rate holds messages back from now on, in one direction.
	 */
	synchronized void hold() {
		if (this.holds++ == 0) {
			this.heldSince = this.timer.nanoTime();
		}
	}

	/**
	 * Our rate no longer holds messages back in that direction.
	 */
	synchronized void release() {
		if (--this.holds == 0) {
			this.heldNanos += this.timer.nanoTime() - this.heldSince;
			if (this.parked) {
				this.parked = false;
				arm();
			}
		}
	}

	private void arm() {
		if (!this.over) {
			this.cancel = this.timer.schedule(this::look, this.idleNanos - (clock() - this.lastMessage));
		}
	}

	private void look() {
		synchronized (this) {
			if (this.over) {
				return;
			}
			if (this.holds > 0) {
				this.parked = true;
				return;
			}
			if (clock() - this.lastMessage < this.idleNanos) {
				arm();
				return;
			}
		}
		this.guard.end(EndReason.STREAM_IDLE);
	}

	synchronized void cancel() {
		this.over = true;
		if (this.cancel != null) {
			this.cancel.run();
			this.cancel = null;
		}
	}

}
