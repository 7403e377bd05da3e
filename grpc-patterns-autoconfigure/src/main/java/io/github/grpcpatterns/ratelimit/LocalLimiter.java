/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.ratelimit;

import java.util.function.Function;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CallerKey;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.TimerMeter;
import io.github.grpcpatterns.internal.settings.TokenRate;
import org.jspecify.annotations.Nullable;

/**
 * Limits a rate within this process, with one bucket for all callers or one for each.
 * <p>
 * A caller's bucket is removed once it is unused and full again, when it equals a new
 * one. Beyond {@value #MAX_CALLERS} callers some buckets are removed earlier, to bound
 * memory.
 */
final class LocalLimiter implements CallLimiter {

	static final int MAX_CALLERS = 100_000;

	private final @Nullable Bucket common;

	private final @Nullable Cache<Object, Bucket> own;

	private final Function<Object, Bucket> create;

	private final boolean principal;

	LocalLimiter(TokenRate rate, RateLimitServerProperties.Per per, CallTimer timer) {
		TimeMeter time = new TimerMeter(timer);
		this.create = (caller) -> Bucket.builder().addLimit(rate.bandwidth()).withCustomTimePrecision(time).build();
		this.principal = per == RateLimitServerProperties.Per.PRINCIPAL;
		if (per == RateLimitServerProperties.Per.METHOD) {
			this.common = this.create.apply(per);
			this.own = null;
		}
		else {
			this.common = null;
			this.own = Caffeine.newBuilder()
				.maximumSize(MAX_CALLERS)
				.expireAfterAccess(rate.refillTime())
				.ticker(timer::nanoTime)
				.executor(Runnable::run) // maintenance is short, and runs no foreign code
				.build();
		}
	}

	@Override
	public boolean decides(CallRecord call, Effort effort) {
		return effort == Effort.WAIT || !this.principal || call.isIdentified();
	}

	@Override
	public long acquire(CallRecord call) {
		Bucket bucket = (this.own != null) ? this.own.get(CallerKey.of(call, this.principal), this.create)
				: this.common;
		if (bucket == null || bucket.tryConsume(1)) {
			return 0;
		}
		return Math.max(1, bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill());
	}

}
