/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of the parameter {@code patterns}: {@code none}, one pattern alone,
 * {@code defaults}, {@code without-log} (the defaults), and {@code everything}.
 */
final class PatternSet {

	private static final String PREFIX = "grpc.patterns.";

	private static final List<String> SWITCHES = List.of("correlation", "server.logging", "server.metrics",
			"server.shutdown", "server.auth", "server.rate-limit", "server.deadline", "server.stream", "server.errors",
			"server.executor", "server.transport", "server.validation", "client.auth", "client.deadline",
			"client.logging", "client.metrics", "client.retry");

	/** Limits that no benchmark reaches. */
	private static final Map<String, String> LIMITS = Map.of("server.rate-limit.calls-per-second", "100000000",
			"server.deadline.default", "1m", "server.stream.max-duration", "1h", "server.stream.idle-timeout", "10m");

	private PatternSet() {
	}

	/**
	 * Return the settings of a set.
	 * @param name its name; a pattern of the client is {@code client.retry}, one of the
	 * server {@code retry}, and {@code auth-uncached} is auth that remembers no token
	 * @return properties of an application
	 */
	static Map<String, Object> properties(String name) {
		Map<String, Object> properties = new HashMap<>();
		switch (name) {
			case "none" -> properties.put(PREFIX + "enabled", "false");
			case "defaults" -> properties.put(PREFIX + "enabled", "true");
			case "without-log" -> {
				properties.put(PREFIX + "server.logging.enabled", "false");
				properties.put(PREFIX + "client.logging.enabled", "false");
			}
			case "everything" -> LIMITS.forEach((key, value) -> properties.put(PREFIX + key, value));
			default -> alone(name, properties);
		}
		return properties;
	}

	private static void alone(String name, Map<String, Object> properties) {
		String pattern = name.equals("auth-uncached") ? "auth" : name;
		String on = SWITCHES.contains(pattern) ? pattern : "server." + pattern;
		if (!SWITCHES.contains(on)) {
			throw new IllegalArgumentException(name + ": no such pattern (expected: one of " + SWITCHES + ")");
		}
		for (String each : SWITCHES) {
			properties.put(PREFIX + each + ".enabled", String.valueOf(each.equals(on)));
		}
		LIMITS.forEach((key, value) -> {
			if (key.startsWith(on + ".")) {
				properties.put(PREFIX + key, value);
			}
		});
		if (name.equals("auth-uncached")) {
			properties.put(PREFIX + "server.auth.cache.size", "0");
		}
	}

}
