/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.ratelimit;

import java.util.concurrent.TimeUnit;

import io.github.bucket4j.BucketConfiguration;
import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CallerKey;
import io.github.grpcpatterns.internal.settings.TokenRate;
import org.jspecify.annotations.Nullable;

/**
 * Limits a rate across all instances, in the shared store. While the store fails, each
 * instance limits the rate on its own, or calls are refused.
 */
final class SharedLimiter implements CallLimiter {

	/** The retry delay of a call that is refused because the store fails. */
	private static final long STORE_FAILURE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final SharedStore store;

	private final BucketConfiguration bucket;

	private final String key;

	private final RateLimitServerProperties.Per per;

	private final @Nullable CallLimiter fallback;

	/**
	 * Create it.
	 * @param store the store
	 * @param rate the rate
	 * @param key the key of the bucket, or what the keys of all callers begin with
	 * @param per who has a bucket
	 * @param fallback what decides while the store fails, {@code null} if calls are
	 * refused then
	 */
	SharedLimiter(SharedStore store, TokenRate rate, String key, RateLimitServerProperties.Per per,
			@Nullable CallLimiter fallback) {
		this.store = store;
		this.bucket = BucketConfiguration.builder().addLimit(rate.bandwidth()).build();
		this.key = key;
		this.per = per;
		this.fallback = fallback;
	}

	@Override
	public boolean decides(CallRecord call, Effort effort) {
		return effort == Effort.WAIT;
	}

	@Override
	public long acquire(CallRecord call) {
		long wait = this.store.acquire(key(call), this.bucket);
		if (wait != SharedStore.FAILED) {
			return wait;
		}
		return (this.fallback != null) ? this.fallback.acquire(call) : STORE_FAILURE_NANOS;
	}

	private String key(CallRecord call) {
		return switch (this.per) {
			case METHOD -> this.key;
			case PRINCIPAL -> this.key + CallerKey.text(CallerKey.of(call, true));
			case PEER -> this.key + CallerKey.text(CallerKey.of(call, false));
		};
	}

}
