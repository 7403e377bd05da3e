/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.internal.backoff.RetryWaits;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.github.grpcpatterns.internal.settings.Settings;
import io.github.grpcpatterns.retry.RetryClientProperties.Override;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.grpc.Status;

/**
 * The settings for one method.
 *
 * @param waits how often, and after which waits
 * @param codes the codes after which a call may be retried
 * @param idempotent whether the method may run twice without harm
 * @param idempotentOnly whether only an idempotent method is retried
 * @param attemptTimeoutNanos the time of an attempt, {@link Long#MAX_VALUE} for none
 * @param bufferLimit the bytes kept of a call; zero keeps nothing
 * @param retry what says go or no-go, and keeps events and meters
 */
record RetryPolicy(RetryWaits waits, Set<Status.Code> codes, boolean idempotent, boolean idempotentOnly,
		long attemptTimeoutNanos, long bufferLimit, Retry retry) {

	/** Of the method's proto, which no property stands behind. */
	private static final String PROTO_OPTION = "idempotency_level";

	static RetryPolicy of(MethodSettings.Lookup<Override> lookup, RetryClientProperties defaults) {
		int maxAttempts = lookup.value("max-attempts", Override::maxAttempts, defaults.maxAttempts());
		List<Status.Code> codes = lookup.value("codes", Override::codes, defaults.codes());
		Duration maxBackoff = lookup.value("max-backoff", Override::maxBackoff, defaults.maxBackoff());
		RetryWaits waits = new RetryWaits(maxAttempts,
				millis(lookup.value("initial-backoff", Override::initialBackoff, defaults.initialBackoff())),
				lookup.value("multiplier", Override::multiplier, defaults.multiplier()),
				maxBackoff.isZero() ? Double.MAX_VALUE : millis(maxBackoff),
				lookup.value("jitter", Override::jitter, defaults.jitter()));
		return new RetryPolicy(waits, codes.isEmpty() ? EnumSet.noneOf(Status.Code.class) : EnumSet.copyOf(codes),
				idempotent(lookup),
				lookup.value("idempotent-only", Override::idempotentOnly, defaults.idempotentOnly()),
				Settings
					.nanosOrNone(lookup.value("attempt-timeout", Override::attemptTimeout, defaults.attemptTimeout())),
				lookup.value("buffer-limit", Override::bufferLimit, defaults.bufferLimit()).toBytes(),
				Retry.of(lookup.method().getFullMethodName(), config(maxAttempts)));
	}

	private static boolean idempotent(MethodSettings.Lookup<Override> lookup) {
		Setting<Boolean> setting = lookup.setting("idempotent", Override::idempotent,
				lookup.method().isIdempotent() || lookup.method().isSafe());
		lookup.show("idempotent", setting.overridden() ? setting : new Setting<>(setting.value(), PROTO_OPTION));
		return setting.value();
	}

	private static RetryConfig config(int maxAttempts) {
		return RetryConfig.custom()
			.maxAttempts(maxAttempts)
			.retryOnException((ex) -> ex instanceof AttemptFailure failure && failure.again())
			.intervalBiFunction((attempt, result) -> (result.getLeft() instanceof AttemptFailure failure)
					? failure.waitMillis() : 0L)
			.build();
	}

	/**
	 * Return this policy with the retry of the registry, which others may watch.
	 */
	RetryPolicy registered(RetryRegistry registry) {
		return new RetryPolicy(this.waits, this.codes, this.idempotent, this.idempotentOnly, this.attemptTimeoutNanos,
				this.bufferLimit, registry.retry(this.retry.getName(), this.retry.getRetryConfig()));
	}

	/**
	 * Return whether there may be a second attempt at all.
	 */
	boolean repeats() {
		return this.waits.maxAttempts() > 1;
	}

	private static double millis(Duration duration) {
		return duration.getSeconds() * 1e3 + duration.getNano() / 1e6;
	}

}
