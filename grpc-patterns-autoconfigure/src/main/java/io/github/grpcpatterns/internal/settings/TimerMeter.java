/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import io.github.bucket4j.TimeMeter;
import io.github.grpcpatterns.internal.concurrent.CallTimer;

/**
 * The time of the {@link CallTimer}, for buckets of Bucket4j.
 *
 * @param timer the timer
 */
public record TimerMeter(CallTimer timer) implements TimeMeter {

	@Override
	public long currentTimeNanos() {
		return this.timer.nanoTime();
	}

	@Override
	public boolean isWallClockBased() {
		return false;
	}

}
