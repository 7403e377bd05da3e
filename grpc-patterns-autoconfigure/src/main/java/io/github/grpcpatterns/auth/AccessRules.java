package io.github.grpcpatterns.auth;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.github.grpcpatterns.MethodPattern;
import io.github.grpcpatterns.MethodPatterns;
import io.github.grpcpatterns.SettingException;
import org.jspecify.annotations.Nullable;

/**
 * Settles who may call a method, from {@code public-methods}, {@code rules} and
 * {@code infrastructure}.
 */
final class AccessRules {

	private static final String HEALTH = "grpc.health.v1.Health/";

	private static final String REFLECTION = "grpc.reflection.";

	private final List<MethodPatterns.Named> publicMethods;

	private final List<Rule> rules;

	private final AuthServerProperties.Infrastructure infrastructure;

	AccessRules(AuthServerProperties properties) {
		this.publicMethods = MethodPatterns
			.of(AuthServerProperties.PREFIX + ".public-methods", properties.publicMethods())
			.named();
		this.rules = rules(properties.rules());
		this.infrastructure = properties.infrastructure();
	}

	private static List<Rule> rules(List<AuthServerProperties.Rule> settings) {
		List<Rule> rules = new ArrayList<>();
		Set<MethodPattern> seen = new HashSet<>();
		for (int i = 0; i < settings.size(); i++) {
			AuthServerProperties.Rule setting = settings.get(i);
			Set<String> authorities = (setting.authorities() != null) ? new LinkedHashSet<>(setting.authorities())
					: Set.of();
			String property = AuthServerProperties.PREFIX + ".rules[" + i + "].methods";
			for (MethodPatterns.Named named : MethodPatterns.of(property, setting.methods()).named()) {
				if (!seen.add(named.pattern())) {
					throw new SettingException(named.property(), named.pattern(),
							"The same pattern stands in the list twice.");
				}
				rules.add(new Rule(named, MethodAccess.authorities(authorities)));
			}
		}
		rules.sort(Comparator.comparing((rule) -> rule.named().pattern()));
		return rules;
	}

	/**
	 * Return the patterns with the properties they stand in, for the check at the start.
	 */
	MethodPatterns patterns() {
		List<MethodPatterns.Named> patterns = new ArrayList<>(this.publicMethods);
		this.rules.forEach((rule) -> patterns.add(rule.named()));
		return new MethodPatterns(List.copyOf(patterns));
	}

	/**
	 * Return whether a method is one that the stack serves by itself.
	 */
	static boolean infrastructure(String fullMethodName) {
		return fullMethodName.startsWith(HEALTH) || fullMethodName.startsWith(REFLECTION);
	}

	/**
	 * Settle one method.
	 */
	MethodAccess of(String fullMethodName) {
		MethodPattern publicPattern = this.publicMethods.stream()
			.map(MethodPatterns.Named::pattern)
			.filter((pattern) -> names(pattern, fullMethodName))
			.sorted()
			.findFirst()
			.orElse(null);
		Rule rule = this.rules.stream()
			.filter((candidate) -> names(candidate.named().pattern(), fullMethodName))
			.findFirst()
			.orElse(null);
		if (publicPattern != null && (rule == null || publicPattern.compareTo(rule.named().pattern()) < 0)) {
			return MethodAccess.PUBLIC;
		}
		return (rule != null) ? rule.access() : byDefault(fullMethodName);
	}

	/**
	 * Return whether a pattern is about a method: {@code *} is not about infrastructure,
	 * which has settings of its own.
	 */
	private static boolean names(MethodPattern pattern, String fullMethodName) {
		return pattern.matches(fullMethodName) && !(pattern.text().equals("*") && infrastructure(fullMethodName));
	}

	private MethodAccess byDefault(String fullMethodName) {
		AuthServerProperties.Infrastructure.@Nullable Access access = null;
		if (fullMethodName.startsWith(HEALTH)) {
			access = this.infrastructure.health();
		}
		else if (fullMethodName.startsWith(REFLECTION)) {
			access = this.infrastructure.reflection();
		}
		if (access == null) {
			return MethodAccess.AUTHENTICATED;
		}
		return switch (access) {
			case OPEN -> MethodAccess.PUBLIC;
			case AUTHENTICATED -> MethodAccess.AUTHENTICATED;
			case DENIED -> MethodAccess.DENIED;
		};
	}

	private record Rule(MethodPatterns.Named named, MethodAccess access) {
	}

}
