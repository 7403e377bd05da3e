/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.ratelimit;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.distributed.proxy.RecoveryStrategy;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.Settings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes permits from the store that all instances share, waiting for it on the thread of
 * the call up to a timeout.
 * <p>
 * After a failure the store is not called for a while, and then one call at a time tests
 * whether it works again: otherwise a hanging store would block every thread until the
 * timeout.
 */
final class SharedStore {

	/** The store did not answer, or was not asked because it is known to fail. */
	static final long FAILED = -1;

	private static final Logger logger = LoggerFactory.getLogger(SharedStore.class);

	private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

	private final ProxyManager<String> buckets;

	private final @Nullable ExecutorService threads;

	private final long timeoutNanos;

	private final CallTimer timer;

	private volatile boolean failing;

	/** Guarded by this, as the next one. */
	private long askAgainAt;

	private long pauseNanos;

	/**
	 * Create it.
	 * @param buckets the buckets in the store
	 * @param timeout the time an answer may take
	 * @param timer the timer
	 * @param threads where a store is asked that can only be asked synchronously,
	 * {@code null} for others
	 */
	SharedStore(ProxyManager<String> buckets, Duration timeout, CallTimer timer, @Nullable ExecutorService threads) {
		this.buckets = buckets;
		this.timeoutNanos = Settings.nanosOrNone(timeout);
		this.timer = timer;
		this.threads = threads;
	}

	/**
	 * Take a permit.
	 * @param key the key of the bucket
	 * @param bucket what the bucket is like, should there be none yet
	 * @return zero if there was one, else the nanoseconds to wait for the next, or
	 * {@link #FAILED}
	 */
	long acquire(String key, BucketConfiguration bucket) {
		boolean trial = this.failing;
		if (trial && !mayTry()) {
			return FAILED;
		}
		Future<ConsumptionProbe> answer = null;
		try {
			answer = ask(key, bucket);
			ConsumptionProbe probe = (this.timeoutNanos != Long.MAX_VALUE)
					? answer.get(this.timeoutNanos, TimeUnit.NANOSECONDS) : answer.get();
			if (trial) { // another one was asked before the failure was known
				succeeded();
			}
			return probe.isConsumed() ? 0 : Math.max(1, probe.getNanosToWaitForRefill());
		}
		catch (ExecutionException ex) {
			failed(ex.getCause(), trial);
		}
		catch (TimeoutException ex) {
			// an interrupt would close the files and channels of some stores
			answer.cancel(false);
			failed(new TimeoutException("no answer within " + Duration.ofNanos(this.timeoutNanos)), trial);
		}
		catch (InterruptedException ex) {
			// an interrupt would close the files and channels of some stores
			answer.cancel(false);
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			failed(ex, trial);
		}
		return FAILED;
	}

	/**
	 * A bucket that the store lost is made anew, whatever the application's default.
	 */
	private Future<ConsumptionProbe> ask(String key, BucketConfiguration bucket) {
		if (this.threads == null) {
			return this.buckets.asAsync()
				.builder()
				.withRecoveryStrategy(RecoveryStrategy.RECONSTRUCT)
				.build(key, () -> CompletableFuture.completedFuture(bucket))
				.tryConsumeAndReturnRemaining(1);
		}
		return this.threads.submit(() -> this.buckets.builder()
			.withRecoveryStrategy(RecoveryStrategy.RECONSTRUCT)
			.build(key, () -> bucket)
			.tryConsumeAndReturnRemaining(1));
	}

	private synchronized boolean mayTry() {
		long now = this.timer.nanoTime();
		if (this.failing && now - this.askAgainAt < 0) {
			return false;
		}
		// The others wait until this one knows.
		this.askAgainAt = now + Math.min(this.timeoutNanos, MAX_PAUSE_NANOS) + this.pauseNanos;
		return true;
	}

	private synchronized void failed(@Nullable Throwable cause, boolean trial) {
		if (this.failing && !trial) {
			return; // asked before the failure was known
		}
		this.pauseNanos = this.failing ? Math.min(this.pauseNanos * 2, MAX_PAUSE_NANOS) : MIN_PAUSE_NANOS;
		this.askAgainAt = this.timer.nanoTime() + this.pauseNanos;
		if (!this.failing) {
			this.failing = true;
			logger.warn("The shared store of rate limits fails: {}", String.valueOf(cause));
		}
	}

	private synchronized void succeeded() {
		if (this.failing) {
			this.failing = false;
			logger.info("The shared store of rate limits works again");
		}
	}

}
