/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.time.Duration;

import io.github.grpcpatterns.internal.settings.SettingException;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RetryClientProperties}.
 */
class RetryClientPropertiesTests {

	@Test
	void whenNothingIsSetThenDefaultsHold() {
		RetryClientProperties properties = Retries.properties();
		assertThat(properties.enabled()).isTrue();
		assertThat(properties.maxAttempts()).isEqualTo(4);
		assertThat(properties.initialBackoff()).isEqualTo(Duration.ofMillis(500));
		assertThat(properties.multiplier()).isEqualTo(2);
		assertThat(properties.maxBackoff()).isEqualTo(Duration.ofSeconds(30));
		assertThat(properties.jitter()).isEqualTo(0.2);
		assertThat(properties.codes()).containsExactly(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED);
		assertThat(properties.idempotentOnly()).isFalse();
		assertThat(properties.attemptTimeout()).isZero();
		assertThat(properties.bufferLimit()).isEqualTo(DataSize.ofMegabytes(1));
		assertThat(properties.bufferLimitTotal()).isEqualTo(DataSize.ofMegabytes(16));
		assertThat(properties.budget().maxTokens()).isEqualTo(10);
		assertThat(properties.budget().tokenRatio()).isEqualTo(0.1);
		assertThat(properties.overrides()).isEmpty();
	}

	@Test
	void whenUnitsAreLeftOutThenSecondsAndBytesAreMeant() {
		RetryClientProperties properties = Retries.properties("initial-backoff=2", "max-backoff=3", "attempt-timeout=4",
				"buffer-limit=5", "buffer-limit-total=6", "overrides[0].methods=*", "overrides[0].initial-backoff=7",
				"overrides[0].max-backoff=8", "overrides[0].attempt-timeout=9", "overrides[0].buffer-limit=10");
		assertThat(properties.initialBackoff()).isEqualTo(Duration.ofSeconds(2));
		assertThat(properties.maxBackoff()).isEqualTo(Duration.ofSeconds(3));
		assertThat(properties.attemptTimeout()).isEqualTo(Duration.ofSeconds(4));
		assertThat(properties.bufferLimit()).isEqualTo(DataSize.ofBytes(5));
		assertThat(properties.bufferLimitTotal()).isEqualTo(DataSize.ofBytes(6));
		RetryClientProperties.Override override = properties.overrides().get(0);
		assertThat(override.initialBackoff()).isEqualTo(Duration.ofSeconds(7));
		assertThat(override.maxBackoff()).isEqualTo(Duration.ofSeconds(8));
		assertThat(override.attemptTimeout()).isEqualTo(Duration.ofSeconds(9));
		assertThat(override.bufferLimit()).isEqualTo(DataSize.ofBytes(10));
	}

	@Test
	void whenUnitsAreGivenThenTheyHold() {
		RetryClientProperties properties = Retries.properties("initial-backoff=20ms", "max-backoff=1m",
				"buffer-limit=1KB", "overrides[0].methods=a.B/*,a.C/d", "overrides[0].codes=ABORTED, INTERNAL",
				"overrides[0].idempotent=true", "overrides[0].idempotent-only=true", "overrides[0].multiplier=3.5",
				"overrides[0].jitter=0", "overrides[0].max-attempts=9");
		assertThat(properties.initialBackoff()).isEqualTo(Duration.ofMillis(20));
		assertThat(properties.maxBackoff()).isEqualTo(Duration.ofMinutes(1));
		assertThat(properties.bufferLimit().toBytes()).isEqualTo(1024);
		RetryClientProperties.Override override = properties.overrides().get(0);
		assertThat(override.methods()).containsExactly("a.B/*", "a.C/d");
		assertThat(override.codes()).containsExactly(Status.Code.ABORTED, Status.Code.INTERNAL);
		assertThat(override.idempotent()).isTrue();
		assertThat(override.idempotentOnly()).isTrue();
		assertThat(override.multiplier()).isEqualTo(3.5);
		assertThat(override.jitter()).isZero();
		assertThat(override.maxAttempts()).isEqualTo(9);
		assertThat(override.initialBackoff()).isNull();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			max-attempts            | 0      | Must be at least 1.
			initial-backoff         | -1s    | Must not be negative.
			multiplier              | 0.5    | Must be at least 1.
			max-backoff             | -1s    | Must not be negative.
			jitter                  | 1.1    | Must be between 0 and 1.
			jitter                  | -0.1   | Must be between 0 and 1.
			jitter                  | NaN    | Must be between 0 and 1.
			attempt-timeout         | -1ms   | Must not be negative.
			buffer-limit            | -1B    | Must not be negative.
			buffer-limit-total      | -1B    | Must not be negative.
			codes                   | OK     | A call that succeeded or was cancelled is not retried.
			codes                   | CANCELLED | A call that succeeded or was cancelled is not retried.
			budget.max-tokens       | -1     | Must not be negative.
			budget.token-ratio      | 0      | Must be at least 0.001.
			overrides[0].jitter     | 2      | Must be between 0 and 1.
			overrides[0].max-attempts | 0    | Must be at least 1.
			overrides[0].codes[0]   | OK     | A call that succeeded or was cancelled is not retried.
			""")
	void whenValueIsNotPossibleThenItIsRefused(String setting, String value, String reason) {
		assertThatExceptionOfType(BindException.class)
			.isThrownBy(() -> Retries.properties("overrides[0].methods=*", setting + "=" + value))
			.havingRootCause()
			.isInstanceOfSatisfying(SettingException.class, (ex) -> {
				assertThat(setting).endsWith(ex.setting() + (setting.endsWith("[0]") ? "[0]" : ""));
				assertThat(ex.reason()).isEqualTo(reason);
			});
	}

	@Test
	void whenMethodPatternHasNoFormThenItIsRefused() {
		refused("grpc.patterns.client.retry.overrides[0].methods[0]", "overrides[0].methods=a.B");
		refused("grpc.patterns.client.retry.overrides[0].methods", "overrides[0].jitter=0");
		refused("grpc.patterns.client.retry.overrides[1].methods[0]", "overrides[0].methods=*",
				"overrides[1].methods=*");
	}

	private static void refused(String setting, String... settings) {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> Retries.properties(settings))
			.havingRootCause()
			.isInstanceOfSatisfying(SettingException.class, (ex) -> assertThat(ex.setting()).isEqualTo(setting));
	}

}
