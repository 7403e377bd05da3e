/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

import io.github.grpcpatterns.test.internal.ManualTimer;

/**
 * The time of every policy: expiry of tokens, age and idleness of streams, rates, waits
 * between attempts, drain. A bean of {@link GrpcPatternsTest}.
 * <p>
 * It starts at the real time and stands still until {@link #advance}. When the context
 * closes it goes on by itself, so that nothing waits for it. May be used from any thread.
 */
public final class PolicyClock extends Clock {

	private final ManualTimer timer;

	PolicyClock(ManualTimer timer) {
		this.timer = timer;
	}

	/**
	 * Move the time on. What becomes due runs on this thread, in order; what it hands
	 * over to other threads may still be running when this returns.
	 * @param time how far
	 */
	public void advance(Duration time) {
		this.timer.advance(time);
	}

	@Override
	public Instant instant() {
		return this.timer.instant();
	}

	@Override
	public ZoneId getZone() {
		return this.timer.getZone();
	}

	@Override
	public Clock withZone(ZoneId zone) {
		return this.timer.withZone(zone);
	}

}
