/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

import io.github.grpcpatterns.internal.settings.Library;
import io.github.grpcpatterns.internal.settings.MethodOverride;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.internal.settings.NeedsLibraries;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.internal.settings.Settings;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;

/**
 * {@link ConfigurationProperties Properties} for the retries of a client.
 *
 * @param enabled Whether to retry calls that failed.
 * @param maxAttempts Greatest number of attempts of a call, including the first. One
 * means no retry.
 * @param initialBackoff Time to wait before the second attempt. If a duration suffix is
 * not specified, seconds will be used.
 * @param multiplier Factor by which the wait grows from attempt to attempt.
 * @param maxBackoff Longest wait before jitter. Zero means no such bound. If a duration
 * suffix is not specified, seconds will be used.
 * @param jitter Fraction by which a wait is randomly lengthened or shortened, from 0 to
 * 1.
 * @param codes Comma-separated list of status codes after which a call may be retried.
 * @param idempotentOnly Whether to retry only idempotent methods, even if the server says
 * that it did not process the call.
 * @param attemptTimeout Time an attempt may take until response headers arrive. Zero
 * means none. If a duration suffix is not specified, seconds will be used.
 * @param bufferLimit Most bytes of messages to keep per call for retries, with 64 bytes
 * added for each message. A call that sends more is not retried. Zero keeps no message.
 * @param bufferLimitTotal Most bytes of messages to keep for all calls together, with 64
 * bytes added for each message. Zero means no limit.
 * @param budget Budget that keeps retries from multiplying the load of a failing server.
 * @param overrides Settings of single methods.
 */
@ConfigurationProperties(value = RetryClientProperties.PREFIX, ignoreUnknownFields = false)
public record RetryClientProperties(@DefaultValue("true") boolean enabled, @DefaultValue("4") int maxAttempts,
		@DefaultValue("500ms") @DurationUnit(ChronoUnit.SECONDS) Duration initialBackoff,
		@DefaultValue("2") double multiplier,
		@DefaultValue("30s") @DurationUnit(ChronoUnit.SECONDS) Duration maxBackoff, @DefaultValue("0.2") double jitter,
		@DefaultValue( {
				"UNAVAILABLE", "DEADLINE_EXCEEDED" }) List<Status.Code> codes,
		@DefaultValue("false") boolean idempotentOnly,
		@DefaultValue("0s") @DurationUnit(ChronoUnit.SECONDS) Duration attemptTimeout,
		@DefaultValue("1MB") DataSize bufferLimit, @DefaultValue("16MB") DataSize bufferLimitTotal,
		@DefaultValue Budget budget, @DefaultValue List<Override> overrides) implements NeedsLibraries{

	/**
	 * The prefix of these settings.
	 */
	static final String PREFIX = "grpc.patterns.client.retry";

	/**
	 * Check the values.
	 * @throws SettingException if a value is not valid
	 */
	public RetryClientProperties {
		check(maxAttempts, initialBackoff, multiplier, maxBackoff, jitter, codes, attemptTimeout, bufferLimit);
		Settings.notNegative("buffer-limit-total", bufferLimitTotal);
		codes = List.copyOf(codes);
		overrides = List.copyOf(overrides);
		MethodOverrides.of(PREFIX, overrides);
	}

	@java.lang.Override
	public List<Library> libraries() {
		return List.of(Library.RESILIENCE4J_RETRY, Library.RESILIENCE4J_CORE);
	}

	MethodOverrides<Override> methodOverrides() {
		return MethodOverrides.of(PREFIX, this.overrides);
	}

	private static void check(@Nullable Integer maxAttempts, @Nullable Duration initialBackoff,
			@Nullable Double multiplier, @Nullable Duration maxBackoff, @Nullable Double jitter,
			@Nullable List<Status.Code> codes, @Nullable Duration attemptTimeout, @Nullable DataSize bufferLimit) {
		Settings.atLeast("max-attempts", maxAttempts, 1);
		Settings.notNegative("initial-backoff", initialBackoff);
		Settings.atLeast("multiplier", multiplier, 1);
		Settings.notNegative("max-backoff", maxBackoff);
		Settings.between("jitter", jitter, 0, 1);
		Settings.notNegative("attempt-timeout", attemptTimeout);
		Settings.notNegative("buffer-limit", bufferLimit);
		for (Status.Code code : (codes != null) ? codes : List.<Status.Code>of()) {
			if (code == Status.Code.OK || code == Status.Code.CANCELLED) {
				throw new SettingException("codes", code, "A call that succeeded or was cancelled is not retried.");
			}
		}
	}

	/**
	 * The retry budget of each channel authority (gRFC A6): a bucket of tokens that
	 * failures empty and successes fill. At half and below nothing is retried.
	 *
	 * @param maxTokens Tokens in a full bucket. Each failed attempt takes one. Zero means
	 * no budget.
	 * @param tokenRatio Tokens that each successful call puts back.
	 */
	public record Budget(@DefaultValue("10") int maxTokens, @DefaultValue("0.1") double tokenRatio) {

		/**
		 * Check the values.
		 * @throws SettingException if a value is not valid
		 */
		public Budget {
			Settings.notNegative("max-tokens", maxTokens);
			Settings.atLeast("token-ratio", tokenRatio, 0.001);
		}

	}

	/**
	 * Settings of single methods. Settings that are absent are inherited.
	 *
	 * @param methods Comma-separated list of method patterns.
	 * @param maxAttempts Greatest number of attempts of a call, including the first. One
	 * means no retry.
	 * @param initialBackoff Time to wait before the second attempt. If a duration suffix
	 * is not specified, seconds will be used.
	 * @param multiplier Factor by which the wait grows from attempt to attempt.
	 * @param maxBackoff Longest wait before jitter. Zero means no such bound. If a
	 * duration suffix is not specified, seconds will be used.
	 * @param jitter Fraction by which a wait is randomly lengthened or shortened, from 0
	 * to 1.
	 * @param codes Comma-separated list of status codes after which a call may be
	 * retried.
	 * @param idempotent Whether the methods are safe to run twice, regardless of their
	 * proto files.
	 * @param idempotentOnly Whether to retry only idempotent methods, even if the server
	 * says that it did not process the call.
	 * @param attemptTimeout Time an attempt may take until response headers arrive. Zero
	 * means none. If a duration suffix is not specified, seconds will be used.
	 * @param bufferLimit Most bytes of messages to keep per call for retries, with 64
	 * bytes added for each message. A call that sends more is not retried. Zero keeps no
	 * message.
	 */
	public record Override(@DefaultValue List<String> methods, @Nullable Integer maxAttempts,
			@DurationUnit(ChronoUnit.SECONDS) @Nullable Duration initialBackoff, @Nullable Double multiplier,
			@DurationUnit(ChronoUnit.SECONDS) @Nullable Duration maxBackoff, @Nullable Double jitter,
			@Nullable List<Status.Code> codes, @Nullable Boolean idempotent, @Nullable Boolean idempotentOnly,
			@DurationUnit(ChronoUnit.SECONDS) @Nullable Duration attemptTimeout,
			@Nullable DataSize bufferLimit) implements MethodOverride {

		/**
		 * Check the values.
		 * @throws SettingException if a value is not valid
		 */
		public Override {
			check(maxAttempts, initialBackoff, multiplier, maxBackoff, jitter, codes, attemptTimeout, bufferLimit);
			methods = List.copyOf(methods);
			codes = (codes != null) ? List.copyOf(codes) : null;
		}

	}

}
