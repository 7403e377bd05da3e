package io.github.grpcpatterns.ratelimit;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;

import io.github.bucket4j.BandwidthBuilder;

/**
 * A rate in whole numbers, as Bucket4j wants it: {@code calls} in {@code seconds}, and
 * how many may come at once.
 *
 * @param calls the calls that are served in {@code seconds}
 * @param seconds a power of ten, one where the rate has no decimals
 * @param burst the size of the bucket
 */
record CallRate(long calls, long seconds, long burst) {

	static final double MIN = 0.000001;

	/** One a nanosecond, which is as fast as a bucket can fill. */
	static final double MAX = 1_000_000_000;

	/**
	 * Bucket4j multiplies calls with the nanoseconds since the last call. Past 63 bits it
	 * would lose what is less than a call.
	 */
	private static final double MAX_PRODUCT = 9e9;

	/**
	 * Read the settings.
	 * @param callsPerSecond the rate, within {@link #MIN} and {@link #MAX}
	 * @param burst the burst, zero for the rate rounded up
	 */
	static CallRate of(double callsPerSecond, long burst) {
		BigDecimal calls = BigDecimal.valueOf(callsPerSecond);
		long seconds = 1;
		while (calls.stripTrailingZeros().scale() > 0 && callsPerSecond * seconds * seconds * 100 <= MAX_PRODUCT) {
			calls = calls.movePointRight(1);
			seconds *= 10;
		}
		return new CallRate(calls.setScale(0, RoundingMode.HALF_UP).longValueExact(), seconds,
				(burst > 0) ? burst : (long) Math.ceil(callsPerSecond));
	}

	BandwidthBuilder.BandwidthBuilderBuildStage limit(BandwidthBuilder.BandwidthBuilderCapacityStage limit) {
		return limit.capacity(this.burst).refillGreedy(this.calls, Duration.ofSeconds(this.seconds));
	}

	/**
	 * Return how long an empty bucket takes to be full: one that was not used for that
	 * long is as good as new.
	 */
	Duration refillTime() {
		double nanos = (double) this.burst / this.calls * this.seconds * 1e9;
		return Duration.ofNanos((long) Math.ceil(nanos));
	}

	@Override
	public String toString() {
		return this.calls + "/" + this.seconds + "s/" + this.burst;
	}

}
