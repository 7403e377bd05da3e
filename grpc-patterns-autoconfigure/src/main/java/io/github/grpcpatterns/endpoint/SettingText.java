/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import java.time.Duration;
import java.util.Collection;
import java.util.Locale;

import org.springframework.util.unit.DataSize;

/**
 * Formats the value of a setting as in YAML.
 */
final class SettingText {

	private static final String OURS = "io.github.grpcpatterns.";

	private static final String[] SIZES = { "B", "KB", "MB", "GB", "TB" };

	private SettingText() {
	}

	/**
	 * Return a value for JSON: a number, a boolean, a text, or a list of these.
	 */
	static Object of(Object value) {
		if (value instanceof Duration duration) {
			return duration(duration);
		}
		if (value instanceof DataSize size) {
			return size(size.toBytes());
		}
		if (value instanceof Double number) {
			return whole(number) ? (Object) number.longValue() : number;
		}
		if (value instanceof Enum<?> constant) {
			String name = constant.name();
			return constant.getDeclaringClass().getName().startsWith(OURS)
					? name.toLowerCase(Locale.ROOT).replace('_', '-') : name;
		}
		if (value instanceof Collection<?> values) {
			return values.stream().map(SettingText::of).toList();
		}
		return (value instanceof Number || value instanceof Boolean) ? value : value.toString();
	}

	private static boolean whole(double number) {
		return number == Math.rint(number) && Math.abs(number) < 1L << 53;
	}

	/**
	 * In the largest unit in which it is a whole number.
	 */
	private static String duration(Duration duration) {
		if (duration.getNano() % 1_000_000 != 0) {
			return (duration.getNano() % 1_000 == 0) ? duration.toNanos() / 1_000 + "us" : duration.toNanos() + "ns";
		}
		if (duration.getNano() != 0) {
			return duration.toMillis() + "ms";
		}
		long seconds = duration.getSeconds();
		if (seconds == 0 || seconds % 60 != 0) {
			return seconds + "s";
		}
		return (seconds % 3600 != 0) ? seconds / 60 + "m" : seconds / 3600 + "h";
	}

	private static String size(long bytes) {
		int unit = 0;
		long amount = bytes;
		while (amount != 0 && amount % 1024 == 0 && unit < SIZES.length - 1) {
			amount /= 1024;
			unit++;
		}
		return amount + SIZES[unit];
	}

}
