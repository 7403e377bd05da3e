/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.math.BigDecimal;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.util.unit.DataSize;

/**
 * Common checks of values, for the constructors of settings. All accept {@code null}, a
 * setting that an override leaves out.
 */
public final class Settings {

	private Settings() {
	}

	/**
	 * Refuse a negative duration.
	 * @param name the name of the setting
	 * @param value the value
	 */
	public static void notNegative(String name, @Nullable Duration value) {
		if (value != null && value.isNegative()) {
			throw new SettingException(name, value, "Must not be negative.");
		}
	}

	/**
	 * Refuse a duration that is negative or zero.
	 * @param name the name of the setting
	 * @param value the value
	 */
	public static void positive(String name, @Nullable Duration value) {
		if (value != null && (value.isNegative() || value.isZero())) {
			throw new SettingException(name, value, "Must be positive.");
		}
	}

	/**
	 * Refuse a negative size.
	 * @param name the name of the setting
	 * @param value the value
	 */
	public static void notNegative(String name, @Nullable DataSize value) {
		if (value != null && value.isNegative()) {
			throw new SettingException(name, value, "Must not be negative.");
		}
	}

	/**
	 * Refuse a negative number.
	 * @param name the name of the setting
	 * @param value the value
	 */
	public static void notNegative(String name, @Nullable Number value) {
		if (value != null && !(value.doubleValue() >= 0)) {
			throw new SettingException(name, value, "Must not be negative.");
		}
	}

	/**
	 * Refuse a number out of bounds.
	 * @param name the name of the setting
	 * @param value the value
	 * @param min the least value
	 * @param max the greatest value
	 */
	public static void between(String name, @Nullable Number value, double min, double max) {
		if (value != null && !(value.doubleValue() >= min && value.doubleValue() <= max)) {
			throw new SettingException(name, value, "Must be between " + text(min) + " and " + text(max) + ".");
		}
	}

	/**
	 * Refuse a number that is too small.
	 * @param name the name of the setting
	 * @param value the value
	 * @param min the least value
	 */
	public static void atLeast(String name, @Nullable Number value, double min) {
		if (value != null && !(value.doubleValue() >= min)) {
			throw new SettingException(name, value, "Must be at least " + text(min) + ".");
		}
	}

	/**
	 * Refuse a rate that is no rate.
	 * @param name the name of the setting
	 * @param value the value, a number in a second
	 * @param min the least value but zero
	 */
	public static void rate(String name, @Nullable Double value, double min) {
		notNegative(name, value);
		if (value != null && value != 0 && !(value >= min && value <= TokenRate.MAX)) {
			throw new SettingException(name, value,
					"Must be 0, or between " + text(min) + " and " + text(TokenRate.MAX) + ".");
		}
	}

	/**
	 * Return a duration as time to wait, where zero means none.
	 * @param value the duration
	 * @return nanoseconds, {@link Long#MAX_VALUE} for zero, absent or very long
	 */
	public static long nanosOrNone(@Nullable Duration value) {
		if (value == null || value.isZero()) {
			return Long.MAX_VALUE;
		}
		try {
			return value.toNanos();
		}
		catch (ArithmeticException ex) {
			return Long.MAX_VALUE;
		}
	}

	private static String text(double number) {
		return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
	}

}
