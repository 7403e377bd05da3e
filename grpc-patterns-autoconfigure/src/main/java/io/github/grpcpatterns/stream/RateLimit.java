package io.github.grpcpatterns.stream;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.SynchronizationStrategy;

/**
 * A rate as it is set: tokens that flow into a bucket.
 *
 * @param perSecond tokens in a second, more than zero
 * @param burst the capacity of the bucket
 * @param per within what streams share the bucket
 * @param property the property that set the rate
 */
record RateLimit(double perSecond, long burst, StreamServerProperties.RatePer per, String property) {

	boolean shared() {
		return this.per != StreamServerProperties.RatePer.STREAM;
	}

	/**
	 * Make a full bucket, which one thread at a time may use.
	 */
	Bucket bucket(TimeMeter meter) {
		long tokens = Math.round(this.perSecond);
		Duration period = Duration.ofSeconds(1);
		if (tokens != this.perSecond || tokens == 0) {
			boolean slow = this.perSecond < 1;
			tokens = slow ? 1 : Math.round(this.perSecond * 1000);
			period = slow ? Duration.ofNanos(Math.round(TimeUnit.SECONDS.toNanos(1) / this.perSecond))
					: Duration.ofSeconds(1000);
		}
		long refill = tokens;
		Duration refillPeriod = period;
		return Bucket.builder()
			.addLimit((limit) -> limit.capacity(this.burst).refillGreedy(refill, refillPeriod))
			.withCustomTimePrecision(meter)
			.withSynchronizationStrategy(SynchronizationStrategy.NONE)
			.build();
	}

}
