package io.github.grpcpatterns.auth;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.internal.settings.MethodPattern;
import io.github.grpcpatterns.internal.settings.MethodPatterns;
import io.github.grpcpatterns.internal.settings.SettingException;

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
			String property = AuthServerProperties.PREFIX + ".rules[" + i + "]";
			for (MethodPatterns.Named named : MethodPatterns.of(property + ".methods", setting.methods()).named()) {
				if (!seen.add(named.pattern())) {
					throw new SettingException(named.property(), named.pattern(),
							"The same pattern stands in the list twice.");
				}
				rules.add(new Rule(named, property, MethodAccess.authorities(authorities)));
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
		return decide(fullMethodName).access();
	}

	/**
	 * Settle one method, and say which setting did it.
	 */
	Decision decide(String fullMethodName) {
		MethodPatterns.Named publicMethod = this.publicMethods.stream()
			.filter((named) -> names(named.pattern(), fullMethodName))
			.min(Comparator.comparing(MethodPatterns.Named::pattern))
			.orElse(null);
		Rule rule = this.rules.stream()
			.filter((candidate) -> names(candidate.named().pattern(), fullMethodName))
			.findFirst()
			.orElse(null);
		if (publicMethod != null && (rule == null || publicMethod.pattern().compareTo(rule.named().pattern()) < 0)) {
			return new Decision(MethodAccess.PUBLIC, "public-methods",
					new Setting<>(publicMethod.pattern().text(), publicMethod.property()));
		}
		if (rule != null) {
			return new Decision(rule.access(), "rules",
					new Setting<>(List.copyOf(rule.access().authorities()), rule.property()));
		}
		return byDefault(fullMethodName);
	}

	/**
	 * Return whether a pattern is about a method: {@code *} is not about infrastructure,
	 * which has settings of its own.
	 */
	private static boolean names(MethodPattern pattern, String fullMethodName) {
		return pattern.matches(fullMethodName) && !(pattern.text().equals("*") && infrastructure(fullMethodName));
	}

	private static Decision infrastructure(String name, AuthServerProperties.Infrastructure.Access access) {
		MethodAccess settled = switch (access) {
			case OPEN -> MethodAccess.PUBLIC;
			case AUTHENTICATED -> MethodAccess.AUTHENTICATED;
			case DENIED -> MethodAccess.DENIED;
		};
		return new Decision(settled, name, new Setting<>(access, AuthServerProperties.PREFIX + "." + name));
	}

	private Decision byDefault(String fullMethodName) {
		if (fullMethodName.startsWith(HEALTH)) {
			return infrastructure("infrastructure.health", this.infrastructure.health());
		}
		if (fullMethodName.startsWith(REFLECTION)) {
			return infrastructure("infrastructure.reflection", this.infrastructure.reflection());
		}
		return new Decision(MethodAccess.AUTHENTICATED, "enabled",
				new Setting<>(true, AuthServerProperties.PREFIX + ".enabled"));
	}

	/**
	 * How a method was settled.
	 *
	 * @param access who may call it
	 * @param name the name of the setting that decided
	 * @param setting the setting
	 */
	record Decision(MethodAccess access, String name, Setting<?> setting) {
	}

	private record Rule(MethodPatterns.Named named, String property, MethodAccess access) {
	}

}
