/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.grpcpatterns.internal.concurrent.CallTimer;

/**
 * Reports the calls whose last callback does not run in time. It checks the calls in
 * progress a few times per second while one of them has ended: a timer for each call
 * would cost more than everything else at its end.
 */
final class ReportWatch {

	private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private final CallTimer timer;

	private final LiveCalls liveCalls;

	private final AtomicBoolean scheduled = new AtomicBoolean();

	ReportWatch(CallTimer timer, LiveCalls liveCalls) {
		this.timer = timer;
		this.liveCalls = liveCalls;
	}

	/**
	 * A call has a time for its report. From any thread.
	 */
	void expect() {
		if (!this.scheduled.get() && this.scheduled.compareAndSet(false, true)) {
			this.timer.schedule(this::look, PERIOD_NANOS);
		}
	}

	private void look() {
		// Before looking: a call that comes after it sees to the next look itself.
		this.scheduled.set(false);
		long now = this.timer.nanoTime();
		this.liveCalls.forEach((call) -> {
			CallLife life = call.guard().life();
			if (life.overdue(now)) {
				this.timer.executor().execute(() -> life.report(false));
			}
			else if (life.expected()) {
				expect();
			}
		});
	}

}
