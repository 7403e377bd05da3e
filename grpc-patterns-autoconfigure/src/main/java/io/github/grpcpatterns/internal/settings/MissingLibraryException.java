/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Signals that enabled patterns need libraries that are not on the class path.
 */
public final class MissingLibraryException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	private final transient List<Missing> missing;

	/**
	 * Create it.
	 * @param missing each pattern with a library that it needs
	 */
	public MissingLibraryException(List<Missing> missing) {
		super(missing.stream().map(Missing::toString).collect(Collectors.joining(", ")));
		this.missing = List.copyOf(missing);
	}

	List<Missing> missing() {
		return this.missing;
	}

	/**
	 * A pattern and a library that it needs.
	 *
	 * @param pattern the prefix of the pattern's settings
	 * @param library the library
	 */
	public record Missing(String pattern, Library library) {

		@Override
		public String toString() {
			return this.pattern + " needs " + this.library.artifact();
		}

	}

}
