/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import org.jspecify.annotations.Nullable;

/**
 * Lets the exit poll whether the transport is ready again, because a handler that blocks
 * its thread delays the transport's callback.
 */
final class ReadyWatch {

	private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final CallTimer timer;

	private final Runnable look;

	// guarded by this

	private long delayNanos = FIRST_NANOS;

	private @Nullable Runnable cancel;

	private boolean over;

	/**
	 * Create it.
	 * @param look run on the timer's thread: must hand over
	 */
	ReadyWatch(CallTimer timer, Runnable look) {
		this.timer = timer;
		this.look = look;
	}

	/**
	 * A message waits for the transport: look later, unless that is already seen to.
	 */
	synchronized void on() {
		if (this.cancel == null && !this.over) {
			this.cancel = this.timer.schedule(this::due, this.delayNanos);
			this.delayNanos = Math.min(2 * this.delayNanos, LAST_NANOS);
		}
	}

	private void due() {
		synchronized (this) {
			this.cancel = null;
			if (this.over) {
				return;
			}
		}
		this.look.run();
	}

	/**
	 * A message went: the next one that waits is looked after as soon as the first.
	 */
	synchronized void moved() {
		this.delayNanos = FIRST_NANOS;
	}

	/**
	 * There is nothing to look for any more.
	 */
	synchronized void over() {
		this.over = true;
		if (this.cancel != null) {
			this.cancel.run();
			this.cancel = null;
		}
	}

}
