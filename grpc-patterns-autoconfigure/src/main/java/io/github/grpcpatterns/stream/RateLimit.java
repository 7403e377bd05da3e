/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.SynchronizationStrategy;
import io.github.grpcpatterns.internal.settings.TokenRate;

/**
 * The settings of a rate.
 *
 * @param tokens the tokens, which all buckets share
 * @param per within what streams share a bucket
 * @param property the property that set the rate
 */
record RateLimit(Bandwidth tokens, StreamServerProperties.RatePer per, String property) {

	/**
	 * Make a rate.
	 * @param perSecond tokens in a second, more than zero
	 * @param burst the capacity of a bucket, zero for the rate rounded up
	 */
	static RateLimit of(double perSecond, long burst, StreamServerProperties.RatePer per, String property) {
		return new RateLimit(TokenRate.of(perSecond, burst).bandwidth(), per, property);
	}

	boolean shared() {
		return this.per != StreamServerProperties.RatePer.STREAM;
	}

	/**
	 * Make a full bucket, which one thread at a time may use.
	 */
	Bucket bucket(TimeMeter meter) {
		return Bucket.builder()
			.addLimit(this.tokens)
			.withCustomTimePrecision(meter)
			.withSynchronizationStrategy(SynchronizationStrategy.NONE)
			.build();
	}

}
