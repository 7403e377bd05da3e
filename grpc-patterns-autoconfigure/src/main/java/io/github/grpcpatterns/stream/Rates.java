/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.TimeMeter;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CallerKey;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.TimerMeter;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rate of a stream: its own, or a shared one.
 * <p>
 * A shared rate is kept while a stream uses it; the last {@value #UNUSED} used ones are
 * kept too, so that opening another stream does not refill the bucket.
 */
final class Rates {

	private static final int UNUSED = 10_000;

	private final CallTimer timer;

	private final TimeMeter meter;

	private final Cache<Key, Rate> known = Caffeine.newBuilder().weakValues().build();

	private final Cache<Key, Rate> recent = Caffeine.newBuilder().maximumSize(UNUSED).build();

	Rates(CallTimer timer) {
		this.timer = timer;
		this.meter = new TimerMeter(timer);
	}

	/**
	 * Return the rate of a stream.
	 * @param limit what is set, or {@code null} for nothing
	 * @param inbound the direction
	 * @param call the record of the stream
	 * @return the rate, or {@code null} where there is none
	 */
	@Nullable Rate rate(@Nullable RateLimit limit, boolean inbound, CallRecord call) {
		if (limit == null) {
			return null;
		}
		if (!limit.shared()) {
			return new Rate(limit, this.timer, this.meter);
		}
		Object who = (limit.per() == StreamServerProperties.RatePer.METHOD) ? call.methodName()
				: CallerKey.of(call, true);
		Key key = new Key(limit, inbound, who);
		Rate rate = this.known.get(key, (absent) -> new Rate(limit, this.timer, this.meter));
		this.recent.put(key, rate);
		return rate;
	}

	/**
	 * The key of a shared rate.
	 */
	private record Key(RateLimit limit, boolean inbound, Object who) {
	}

}
