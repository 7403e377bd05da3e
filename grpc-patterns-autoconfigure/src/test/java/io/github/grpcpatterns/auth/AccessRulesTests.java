/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.grpcpatterns.internal.settings.MethodPatterns;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.testing.Methods;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link AccessRules}.
 */
class AccessRulesTests {

	private static final String HEALTH = "grpc.health.v1.Health/Check";

	private static final String REFLECTION = "grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

	private static AccessRules rules(Map<String, String> settings) {
		return new AccessRules(
				new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("", AuthServerProperties.class));
	}

	private static AuthServerPolicy access(String method, Map<String, String> settings) {
		return rules(settings).of(Methods.named(method));
	}

	@Test
	void byDefaultEverythingWantsATokenButHealth() {
		assertThat(access("a.b.S/M", Map.of())).isEqualTo(AuthServerPolicy.AUTHENTICATED);
		assertThat(access(REFLECTION, Map.of())).isEqualTo(AuthServerPolicy.AUTHENTICATED);
		assertThat(access(HEALTH, Map.of())).isEqualTo(AuthServerPolicy.PUBLIC);
		assertThat(access("grpc.health.v1.HealthX/Check", Map.of())).isEqualTo(AuthServerPolicy.AUTHENTICATED);
	}

	@Test
	void publicMethodsAreOpen() {
		Map<String, String> settings = Map.of("public-methods", "a.b.S/M,a.c.*");
		assertThat(access("a.b.S/M", settings)).isEqualTo(AuthServerPolicy.PUBLIC);
		assertThat(access("a.b.S/N", settings)).isEqualTo(AuthServerPolicy.AUTHENTICATED);
		assertThat(access("a.c.S/N", settings)).isEqualTo(AuthServerPolicy.PUBLIC);
	}

	@Test
	void mostSpecificRuleDecides() {
		Map<String, String> settings = Map.of("rules[0].methods", "*", "rules[0].authorities", "any",
				"rules[1].methods", "a.b.S/*", "rules[1].authorities", "service", "rules[2].methods", "a.b.S/M,a.b.S/N",
				"rules[2].authorities", "one,other");
		assertThat(access("x.S/M", settings).authorities()).containsExactly("any");
		assertThat(access("a.b.S/X", settings).authorities()).containsExactly("service");
		assertThat(access("a.b.S/N", settings).authorities()).containsExactlyInAnyOrder("one", "other");
	}

	@Test
	void ruleBeatsPublicMethodsUnlessThatIsMoreSpecific() {
		Map<String, String> settings = Map.of("public-methods", "*,a.b.S/Open,a.c.*,a.d.S/M", "rules[0].methods",
				"a.b.S/*,a.c.*,a.d.S/M", "rules[0].authorities", "admin");
		assertThat(access("a.b.S/M", settings).authorities()).containsExactly("admin");
		assertThat(access("a.b.S/Open", settings)).isEqualTo(AuthServerPolicy.PUBLIC);
		assertThat(access("a.c.S/M", settings).authorities()).as("equally specific").containsExactly("admin");
		assertThat(access("a.d.S/M", settings).authorities()).as("the same method").containsExactly("admin");
		assertThat(access("x.S/M", settings)).isEqualTo(AuthServerPolicy.PUBLIC);
	}

	@Test
	void ruleWithoutAuthoritiesWantsAnyValidToken() {
		Map<String, String> settings = Map.of("public-methods", "a.*", "rules[0].methods", "a.S/M");
		assertThat(access("a.S/M", settings)).isEqualTo(AuthServerPolicy.AUTHENTICATED);
		assertThat(access("a.S/N", settings)).isEqualTo(AuthServerPolicy.PUBLIC);
	}

	@Test
	void infrastructureHasSettingsOfItsOwn() {
		Map<String, String> settings = Map.of("infrastructure.health", "denied", "infrastructure.reflection", "open");
		assertThat(access(HEALTH, settings)).isEqualTo(AuthServerPolicy.DENIED);
		assertThat(access(REFLECTION, settings)).isEqualTo(AuthServerPolicy.PUBLIC);
		assertThat(access(HEALTH, Map.of("infrastructure.health", "authenticated")))
			.isEqualTo(AuthServerPolicy.AUTHENTICATED);
	}

	@Test
	void everythingDoesNotNameInfrastructure() {
		assertThat(access(REFLECTION, Map.of("public-methods", "*"))).isEqualTo(AuthServerPolicy.AUTHENTICATED);
		assertThat(access(HEALTH, Map.of("rules[0].methods", "*", "rules[0].authorities", "admin")))
			.isEqualTo(AuthServerPolicy.PUBLIC);
	}

	@Test
	void entriesThatNameInfrastructureWinOverIt() {
		Map<String, String> settings = Map.of("public-methods", "grpc.reflection.*", "infrastructure.reflection",
				"denied", "rules[0].methods", "grpc.health.v1.Health/*", "rules[0].authorities", "probe");
		assertThat(access(REFLECTION, settings)).isEqualTo(AuthServerPolicy.PUBLIC);
		assertThat(access(HEALTH, settings).authorities()).containsExactly("probe");
	}

	@Test
	void anyOfTheAuthoritiesIsEnough() {
		AuthServerPolicy access = AuthServerPolicy.authorities(Set.of("a", "b"));
		assertThat(access.allows(Set.of("b", "c"))).isTrue();
		assertThat(access.allows(Set.of("c"))).isFalse();
		assertThat(access.allows(Set.of())).isFalse();
		assertThat(AuthServerPolicy.AUTHENTICATED.allows(Set.of())).isTrue();
	}

	@Test
	void patternsStandWithTheirProperties() {
		MethodPatterns patterns = rules(Map.of("public-methods", "a.S/M", "rules[0].methods", "b.S/M")).patterns();
		assertThat(patterns.named()).extracting(MethodPatterns.Named::property)
			.isEqualTo(List.of("grpc.patterns.server.auth.public-methods[0]",
					"grpc.patterns.server.auth.rules[0].methods[0]"));
	}

	@Test
	void samePatternInTwoRulesIsRefused() {
		assertThatExceptionOfType(BindException.class)
			.isThrownBy(() -> rules(Map.of("rules[0].methods", "a.S/M", "rules[1].methods", "b.S/M,/a.S/M")))
			.havingRootCause()
			.isInstanceOfSatisfying(SettingException.class,
					(ex) -> assertThat(ex.setting()).isEqualTo("grpc.patterns.server.auth.rules[1].methods[1]"));
	}

}
