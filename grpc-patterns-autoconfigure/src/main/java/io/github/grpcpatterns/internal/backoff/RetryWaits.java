/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.backoff;

/**
 * The number of attempts and the waits between them: the settings of
 * {@code grpc.patterns.client.retry} that are also used outside of that pattern.
 *
 * @param maxAttempts the greatest number of attempts, the first included
 * @param initialMillis the first wait
 * @param multiplier the growth of the waits
 * @param maxMillis the longest wait before jitter
 * @param jitter the share of a wait that is left to chance
 */
public record RetryWaits(int maxAttempts, double initialMillis, double multiplier, double maxMillis, double jitter) {

	/**
	 * The defaults.
	 */
	public static final RetryWaits DEFAULTS = new RetryWaits(4, 500, 2, 30_000, 0.2);

	/**
	 * Return a wait.
	 * @param waits how many waits of this kind there were before
	 * @param random a number from 0 to 1
	 * @return milliseconds
	 */
	public long millis(int waits, double random) {
		double wait = Math.min(this.initialMillis * Math.pow(this.multiplier, waits), this.maxMillis);
		return Math.round(wait * (1 - this.jitter + 2 * this.jitter * random));
	}

}
