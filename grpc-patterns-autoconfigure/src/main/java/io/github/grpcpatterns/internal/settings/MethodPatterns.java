/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The method patterns of a server setting, as a bean. On startup, each must match a
 * registered method.
 *
 * @param named the patterns, each with the property it stands in
 */
public record MethodPatterns(List<Named> named) {

	/**
	 * Read a list of method patterns.
	 * @param property the full name of the list, such as
	 * {@code grpc.patterns.server.auth.public-methods}
	 * @param texts the patterns
	 * @return the patterns
	 * @throws SettingException if one has no valid form or stands in the list twice
	 */
	public static MethodPatterns of(String property, List<String> texts) {
		return new MethodPatterns(new Seen().parse(property, texts));
	}

	/**
	 * A pattern and where it was set.
	 *
	 * @param property the full name of the property
	 * @param pattern the pattern
	 */
	public record Named(String property, MethodPattern pattern) {
	}

	/**
	 * Reads patterns that must differ from each other.
	 */
	static final class Seen {

		private final Set<MethodPattern> patterns = new HashSet<>();

		List<Named> parse(String property, List<String> texts) {
			List<Named> named = new ArrayList<>();
			for (int i = 0; i < texts.size(); i++) {
				String element = property + "[" + i + "]";
				try {
					MethodPattern pattern = new MethodPattern(texts.get(i));
					if (!this.patterns.add(pattern)) {
						throw new SettingException(element, texts.get(i), "The list contains the same pattern twice.");
					}
					named.add(new Named(element, pattern));
				}
				catch (SettingException ex) {
					throw ex;
				}
				catch (IllegalArgumentException ex) {
					throw new SettingException(element, texts.get(i), String.valueOf(ex.getMessage()));
				}
			}
			return named;
		}

	}

}
