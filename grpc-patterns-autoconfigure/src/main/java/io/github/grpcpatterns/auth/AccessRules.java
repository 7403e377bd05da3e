/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.auth.AuthServerProperties.Infrastructure;
import io.github.grpcpatterns.auth.AuthServerProperties.Rule;
import io.github.grpcpatterns.internal.settings.InfrastructureMethods;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.internal.settings.MethodPatterns;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.MethodDescriptor;

/**
 * Determines the access to a method from {@code public-methods}, {@code rules} and
 * {@code infrastructure}.
 */
final class AccessRules {

	/** Takes the place of a rule for {@code public-methods}. */
	private static final Rule PUBLIC = new Rule(List.of("*"), null);

	private final MethodOverrides<Rule> rules;

	private final MethodSettings<AuthServerPolicy> settings;

	AccessRules(AuthServerProperties properties) {
		this.rules = MethodOverrides.of(AuthServerProperties.PREFIX, "rules", properties.rules())
			.and(MethodPatterns.of(AuthServerProperties.PREFIX + ".public-methods", properties.publicMethods()),
					PUBLIC);
		this.settings = MethodSettings.server(this.rules, (lookup) -> settle(lookup, properties.infrastructure()));
	}

	/**
	 * Return the patterns with the properties they stand in, for the check at the start.
	 */
	MethodPatterns patterns() {
		return this.rules.patterns();
	}

	/**
	 * Return the access to each method, for calls.
	 */
	PerMethod<AuthServerPolicy> perMethod() {
		return this.settings.perMethod();
	}

	/**
	 * Settle one method.
	 */
	AuthServerPolicy of(MethodDescriptor<?, ?> method) {
		return this.settings.settle(method);
	}

	/**
	 * Return the setting that decided about a method.
	 */
	Map<String, Setting<?>> settings(MethodDescriptor<?, ?> method) {
		return this.settings.settings(method);
	}

	private static AuthServerPolicy settle(MethodSettings.Lookup<Rule> lookup, Infrastructure infrastructure) {
		MethodOverrides.Named<Rule> rule = lookup.entry();
		if (rule == null) {
			return byDefault(lookup, infrastructure);
		}
		if (rule.override() == PUBLIC) {
			lookup.show("public-methods", new Setting<>(rule.methods().pattern().text(), rule.property()));
			return AuthServerPolicy.PUBLIC;
		}
		List<String> authorities = rule.override().authorities();
		Set<String> distinct = (authorities != null) ? new LinkedHashSet<>(authorities) : Set.of();
		lookup.show("rules", new Setting<>(List.copyOf(distinct), rule.property()));
		return AuthServerPolicy.authorities(distinct);
	}

	private static AuthServerPolicy byDefault(MethodSettings.Lookup<Rule> lookup, Infrastructure infrastructure) {
		if (!lookup.infrastructure()) {
			lookup.show("enabled", new Setting<>(true, AuthServerProperties.PREFIX + ".enabled"));
			return AuthServerPolicy.AUTHENTICATED;
		}
		boolean health = InfrastructureMethods.health(lookup.method().getFullMethodName());
		String name = health ? "infrastructure.health" : "infrastructure.reflection";
		Infrastructure.Access access = health ? infrastructure.health() : infrastructure.reflection();
		lookup.show(name, new Setting<>(access, AuthServerProperties.PREFIX + "." + name));
		return switch (access) {
			case OPEN -> AuthServerPolicy.PUBLIC;
			case AUTHENTICATED -> AuthServerPolicy.AUTHENTICATED;
			case DENIED -> AuthServerPolicy.DENIED;
		};
	}

}
