/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.call.ServedMethodsCheck;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks on startup that every method pattern of the server's settings matches a
 * registered method, because a misspelled one would silently apply to nothing. Without a
 * server, nothing is checked.
 */
final class MethodPatternCheck implements ServedMethodsCheck {

	private static final Logger logger = LoggerFactory.getLogger(MethodPatternCheck.class);

	private final RegisteredMethods methods;

	private final List<MethodPatterns> patterns;

	private final GrpcPatternsProperties.UnmatchedMethods unmatched;

	MethodPatternCheck(RegisteredMethods methods, List<MethodPatterns> patterns,
			GrpcPatternsProperties.UnmatchedMethods unmatched) {
		this.methods = methods;
		this.patterns = patterns;
		this.unmatched = unmatched;
	}

	@Override
	public void check() {
		Collection<String> names = this.methods.all().keySet();
		if (names.isEmpty()) {
			return;
		}
		for (MethodPatterns patterns : this.patterns) {
			for (MethodPatterns.Named named : patterns.named()) {
				if (names.stream().noneMatch(named.pattern()::matches)) {
					report(named, nearest(named.pattern().text(), names));
				}
			}
		}
	}

	private void report(MethodPatterns.Named named, String nearest) {
		String reason = "Matches no method of a registered service; did you mean '" + nearest + "'?";
		if (this.unmatched == GrpcPatternsProperties.UnmatchedMethods.FAIL) {
			throw new SettingException(named.property(), named.pattern(), reason,
					"Change or remove '" + named.property()
							+ "', or set grpc.patterns.unmatched-methods=warn where the method may be absent.");
		}
		logger.warn("{}: '{}' {}", named.property(), named.pattern(), reason);
	}

	/**
	 * The nearest name of the same form.
	 */
	private static String nearest(String pattern, Collection<String> names) {
		Stream<String> candidates = names.stream();
		if (pattern.endsWith("/*")) {
			candidates = names.stream().map((name) -> name.substring(0, name.indexOf('/')) + "/*");
		}
		else if (pattern.endsWith("*")) {
			candidates = names.stream().flatMap((name) -> packages(name).stream());
		}
		return candidates.distinct()
			.min(Comparator.comparingInt((candidate) -> Spelling.distance(pattern, candidate)))
			.orElse("*");
	}

	private static Collection<String> packages(String method) {
		TreeSet<String> packages = new TreeSet<>();
		String name = method.substring(0, method.indexOf('/'));
		for (int dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
			packages.add(name.substring(0, dot) + ".*");
		}
		return packages;
	}

}
