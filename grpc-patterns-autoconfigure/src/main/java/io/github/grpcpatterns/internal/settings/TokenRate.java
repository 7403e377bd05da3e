/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;

import io.github.bucket4j.Bandwidth;

/**
 * A rate in whole numbers, as Bucket4j requires: {@code tokens} in {@code seconds}, and
 * the burst.
 *
 * @param tokens the tokens that come in {@code seconds}
 * @param seconds a power of ten, one where the rate has no decimals
 * @param burst the size of the bucket
 */
public record TokenRate(long tokens, long seconds, long burst) {

	/** One a nanosecond, which is as fast as a bucket can fill. */
	public static final double MAX = 1_000_000_000;

	/**
	 * Bucket4j multiplies tokens with the nanoseconds since the last one. Past 63 bits it
	 * would lose what is less than a token.
	 */
	private static final double MAX_PRODUCT = 9e9;

	/**
	 * Read the settings.
	 * @param perSecond the rate, more than zero and at most {@link #MAX}
	 * @param burst the burst, zero for the rate rounded up
	 * @return the rate
	 */
	public static TokenRate of(double perSecond, long burst) {
		BigDecimal tokens = BigDecimal.valueOf(perSecond);
		long seconds = 1;
		while (tokens.stripTrailingZeros().scale() > 0 && perSecond * seconds * seconds * 100 <= MAX_PRODUCT) {
			tokens = tokens.movePointRight(1);
			seconds *= 10;
		}
		return new TokenRate(tokens.setScale(0, RoundingMode.HALF_UP).longValueExact(), seconds,
				(burst > 0) ? burst : (long) Math.ceil(perSecond));
	}

	/**
	 * Return the rate for a bucket, which is full at first.
	 * @return the rate
	 */
	public Bandwidth bandwidth() {
		return Bandwidth.builder()
			.capacity(this.burst)
			.refillGreedy(this.tokens, Duration.ofSeconds(this.seconds))
			.build();
	}

	/**
	 * Return how long an empty bucket takes to be full: one that was not used for that
	 * long is as good as new.
	 * @return the time, rounded up
	 */
	public Duration refillTime() {
		double nanos = (double) this.burst / this.tokens * this.seconds * 1e9;
		return Duration.ofNanos((long) Math.ceil(nanos));
	}

	@Override
	public String toString() {
		return this.tokens + "/" + this.seconds + "s/" + this.burst;
	}

}
