/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.stream.Collectors;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Reports a {@link MissingLibraryException} and its possible fixes.
 */
final class MissingLibraryFailureAnalyzer extends AbstractFailureAnalyzer<MissingLibraryException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, MissingLibraryException cause) {
		String needs = cause.missing()
			.stream()
			.map((missing) -> "    " + missing + "\n")
			.distinct()
			.collect(Collectors.joining());
		String switches = cause.missing()
			.stream()
			.map((missing) -> "    " + missing.pattern() + ".enabled=false\n")
			.distinct()
			.collect(Collectors.joining());
		return new FailureAnalysis(
				"Patterns of grpc-patterns are enabled and need libraries that are not on the class path:\n\n" + needs,
				"Add the dependency (the starters of grpc-patterns bring it; mvn dependency:tree shows what excludes it), "
						+ "or disable the pattern:\n\n" + switches,
				cause);
	}

}
