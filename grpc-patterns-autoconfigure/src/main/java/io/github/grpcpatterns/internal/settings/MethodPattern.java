/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.regex.Pattern;

/**
 * A pattern that matches one method, the methods of a service, of a package, or all.
 * <p>
 * The forms are {@code package.Service/Method}, {@code package.Service/*},
 * {@code package.*} (every service in the package and below) and {@code *}. A leading
 * slash is tolerated. The most specific matching pattern applies: exact, then service,
 * then the longest package, then {@code *}.
 *
 * @param text the pattern without a leading slash
 */
public record MethodPattern(String text) implements Comparable<MethodPattern> {

	private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";

	private static final String NAMES = NAME + "(\\." + NAME + ")*";

	private static final Pattern FORM = Pattern
		.compile("\\*|" + NAMES + "\\.\\*|" + NAMES + "/\\*|" + NAMES + "/" + NAME);

	/**
	 * Check the form of a pattern.
	 * @param text the pattern
	 * @throws IllegalArgumentException if it has none of the forms
	 */
	public MethodPattern {
		if (text.startsWith("/")) {
			text = text.substring(1);
		}
		if (!FORM.matcher(text).matches()) {
			throw new IllegalArgumentException(
					"A method pattern is 'package.Service/Method', 'package.Service/*', 'package.*' or '*'.");
		}
	}

	/**
	 * Return whether this pattern names a method.
	 * @param fullMethodName the full name of the method, {@code package.Service/Method}
	 * @return whether it does
	 */
	public boolean matches(String fullMethodName) {
		return this.text.endsWith("*") ? fullMethodName.regionMatches(0, this.text, 0, this.text.length() - 1)
				: this.text.equals(fullMethodName);
	}

	/**
	 * Return whether this is {@code *}, which names every method but those of
	 * {@link InfrastructureMethods}.
	 * @return whether it is
	 */
	public boolean everyMethod() {
		return this.text.equals("*");
	}

	/**
	 * Order patterns that match the same method, the most specific first.
	 */
	@Override
	public int compareTo(MethodPattern other) {
		int byKind = Integer.compare(kind(), other.kind());
		if (byKind != 0) {
			return byKind;
		}
		int byLength = Integer.compare(other.text.length(), this.text.length());
		return (byLength != 0) ? byLength : this.text.compareTo(other.text);
	}

	private int kind() {
		if (everyMethod()) {
			return 3;
		}
		if (this.text.endsWith(".*")) {
			return 2;
		}
		return this.text.endsWith("/*") ? 1 : 0;
	}

	@Override
	public String toString() {
		return this.text;
	}

}
