/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.env.Environment;

/**
 * Reports patterns that ahead-of-time processing decided otherwise than the settings of
 * this start: the beans of an application are those of its build, so a switch that was
 * changed since has no effect.
 */
public final class FrozenSwitches {

	private static final Logger logger = LoggerFactory.getLogger(FrozenSwitches.class);

	private static final String AUTH = "grpc.patterns.server.auth";

	private FrozenSwitches() {
	}

	/**
	 * Return the patterns that are off.
	 */
	static List<String> off(Environment environment) {
		return prefixes().filter((prefix) -> !on(environment, prefix)).toList();
	}

	/**
	 * Compare what the build decided with the settings of this start. The code that
	 * processing generates calls this before any bean is created.
	 * @param environment the settings of this start
	 * @param off the patterns that were off in the build
	 * @throws SettingException if authentication was off and is on
	 */
	public static void check(Environment environment, String... off) {
		Set<String> frozenOff = Set.of(off);
		List<String> changed = prefixes().filter((prefix) -> frozenOff.contains(prefix) == on(environment, prefix))
			.toList();
		if (changed.contains(AUTH) && frozenOff.contains(AUTH)) {
			throw new SettingException(AUTH + ".enabled", true,
					"Was false when the application was processed ahead of time, and calls would not be authenticated.",
					"Process the application again with the settings of this start, or set " + AUTH
							+ ".enabled=false if calls need no authentication.");
		}
		if (!changed.isEmpty()) {
			logger.warn("Patterns are frozen as they were when the application was processed ahead of time, and the "
					+ "settings of this start cannot change it: {}. Process the application again with these settings.",
					changed.stream()
						.map((prefix) -> prefix + (frozenOff.contains(prefix) ? " stays off" : " stays on"))
						.collect(Collectors.joining(", ")));
		}
	}

	private static Stream<String> prefixes() {
		Set<String> prefixes = PatternSettings.all()
			.stream()
			.map((pattern) -> pattern.prefix().toString())
			.filter((prefix) -> !prefix.equals(PatternSettings.ROOT.toString()))
			.collect(Collectors.toCollection(TreeSet::new));
		return prefixes.stream();
	}

	private static boolean on(Environment environment, String prefix) {
		return Stream.of(PatternSettings.ROOT.toString(), prefix)
			.allMatch((name) -> environment.getProperty(name + ".enabled", Boolean.class, true));
	}

}
