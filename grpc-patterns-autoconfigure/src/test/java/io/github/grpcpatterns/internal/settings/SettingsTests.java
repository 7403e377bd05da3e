/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.time.Duration;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Settings}.
 */
class SettingsTests {

	@Test
	void whatIsAbsentPasses() {
		Settings.notNegative("x", (Duration) null);
		Settings.notNegative("x", (DataSize) null);
		Settings.notNegative("x", (Number) null);
		Settings.between("x", null, 0, 1);
		Settings.atLeast("x", null, 1);
	}

	@Test
	void zeroIsNotNegative() {
		Settings.notNegative("x", Duration.ZERO);
		Settings.notNegative("x", DataSize.ofBytes(0));
		Settings.notNegative("x", 0);
		Settings.notNegative("x", 0.0);
	}

	@Test
	void negativeValuesAreRefused() {
		refused(() -> Settings.notNegative("x", Duration.ofMillis(-1)), "x: PT-0.001S (Must not be negative.)");
		refused(() -> Settings.notNegative("x", DataSize.ofBytes(-1)), "x: -1B (Must not be negative.)");
		refused(() -> Settings.notNegative("x", -0.1), "x: -0.1 (Must not be negative.)");
		refused(() -> Settings.notNegative("x", Double.NaN), "x: NaN (Must not be negative.)");
	}

	@Test
	void valuesOutOfBoundsAreRefused() {
		Settings.between("jitter", 0, 0, 1);
		Settings.between("jitter", 1.0, 0, 1);
		refused(() -> Settings.between("jitter", 1.1, 0, 1), "jitter: 1.1 (Must be between 0 and 1.)");
		refused(() -> Settings.between("jitter", -0.1, 0, 0.5), "jitter: -0.1 (Must be between 0 and 0.5.)");
		refused(() -> Settings.between("jitter", Double.NaN, 0, 1), "jitter: NaN (Must be between 0 and 1.)");
		Settings.atLeast("max-attempts", 1, 1);
		refused(() -> Settings.atLeast("max-attempts", 0, 1), "max-attempts: 0 (Must be at least 1.)");
	}

	@Test
	void zeroAbsentAndForeverMeanNoTime() {
		assertThat(Settings.nanosOrNone(null)).isEqualTo(Long.MAX_VALUE);
		assertThat(Settings.nanosOrNone(Duration.ZERO)).isEqualTo(Long.MAX_VALUE);
		assertThat(Settings.nanosOrNone(Duration.ofDays(1_000_000))).isEqualTo(Long.MAX_VALUE);
		assertThat(Settings.nanosOrNone(Duration.ofMillis(5))).isEqualTo(5_000_000);
	}

	private static void refused(ThrowingCallable check, String message) {
		assertThatExceptionOfType(SettingException.class).isThrownBy(check).withMessage(message);
	}

}
