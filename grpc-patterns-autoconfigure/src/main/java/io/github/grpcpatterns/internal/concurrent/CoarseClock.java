/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.concurrent;

import java.util.concurrent.TimeUnit;

/**
 * A clock that is cheap to read, because a timer advances it. The timer stops while the
 * clock is not read; the first reading after that is exact.
 */
final class CoarseClock {

	private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	/** {@link #nanos} while the clock stands. */
	private static final long STANDS = 0;

	private final CallTimer timer;

	private volatile long nanos = STANDS;

	private volatile boolean read;

	CoarseClock(CallTimer timer) {
		this.timer = timer;
	}

	/**
	 * Return a time of the last tick, from any thread.
	 */
	long nanoTime() {
		long nanos = this.nanos;
		if (nanos == STANDS) {
			return start();
		}
		if (!this.read) {
			this.read = true;
		}
		return nanos;
	}

	private synchronized long start() {
		long now = this.timer.nanoTime();
		if (this.nanos == STANDS) {
			this.nanos = now;
			this.timer.schedule(this::tick, TICK_NANOS);
		}
		return now;
	}

	private synchronized void tick() {
		if (this.read) {
			this.read = false;
			this.nanos = this.timer.nanoTime();
			this.timer.schedule(this::tick, TICK_NANOS);
		}
		else {
			this.nanos = STANDS;
		}
	}

}
