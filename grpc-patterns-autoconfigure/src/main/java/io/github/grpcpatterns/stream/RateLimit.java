package io.github.grpcpatterns.stream;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.SynchronizationStrategy;

/**
 * A rate as it is set: tokens that flow into a bucket.
 *
 * @param tokens the tokens, which all buckets share
 * @param per within what streams share a bucket
 * @param property the property that set the rate
 */
record RateLimit(Bandwidth tokens, StreamServerProperties.RatePer per, String property) {

	/**
	 * Make a rate.
	 * @param perSecond tokens in a second, more than zero
	 * @param burst the capacity of a bucket
	 */
	static RateLimit of(double perSecond, long burst, StreamServerProperties.RatePer per, String property) {
		long tokens = Math.round(perSecond);
		Duration period = Duration.ofSeconds(1);
		if (tokens != perSecond || tokens == 0) {
			boolean slow = perSecond < 1;
			tokens = slow ? 1 : Math.round(perSecond * 1000);
			period = slow ? Duration.ofNanos(Math.round(TimeUnit.SECONDS.toNanos(1) / perSecond))
					: Duration.ofSeconds(1000);
		}
		return new RateLimit(Bandwidth.builder().capacity(burst).refillGreedy(tokens, period).build(), per, property);
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
