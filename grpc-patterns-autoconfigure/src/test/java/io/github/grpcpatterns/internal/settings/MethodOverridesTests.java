/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.time.Duration;
import java.util.List;

import io.github.grpcpatterns.MethodSettingsSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link MethodOverrides} and {@link MethodPatterns}.
 */
class MethodOverridesTests {

	private static final String PREFIX = "grpc.patterns.server.stream";

	private static final Duration HOUR = Duration.ofHours(1);

	private static final Duration DAY = Duration.ofDays(1);

	@Test
	void withoutAnOverrideTheDefaultDecides() {
		MethodOverrides<Override> overrides = overrides();
		assertThat(overrides.setting("a.B/C", "max-age", Override::maxAge, DAY, true))
			.isEqualTo(new MethodSettingsSource.Setting<>(DAY, PREFIX + ".max-age"));
	}

	@Test
	void theMostSpecificPatternThatHasTheSettingDecidesWhereverItStands() {
		MethodOverrides<Override> overrides = overrides(new Override(List.of("*"), HOUR, 1),
				new Override(List.of("a.B/C"), null, 2), new Override(List.of("x.Y/Z", "a.B/*"), DAY, null));
		assertThat(overrides.setting("a.B/C", "max-age", Override::maxAge, Duration.ZERO, true))
			.isEqualTo(new MethodSettingsSource.Setting<>(DAY, PREFIX + ".overrides[2].max-age"));
		assertThat(overrides.setting("a.B/C", "rate", Override::rate, 0, true))
			.isEqualTo(new MethodSettingsSource.Setting<>(2, PREFIX + ".overrides[1].rate"));
		assertThat(overrides.setting("a.B/D", "rate", Override::rate, 0, true))
			.isEqualTo(new MethodSettingsSource.Setting<>(1, PREFIX + ".overrides[0].rate"));
	}

	@Test
	void everyMethodDoesNotMeanHealthAndReflection() {
		MethodOverrides<Override> overrides = overrides(new Override(List.of("*"), HOUR, 1),
				new Override(List.of("grpc.health.*"), null, 2));
		assertThat(overrides.setting("grpc.health.v1.Health/Watch", "max-age", Override::maxAge, DAY, false).value())
			.isEqualTo(DAY);
		assertThat(overrides.setting("grpc.health.v1.Health/Watch", "rate", Override::rate, 0, false).value())
			.isEqualTo(2);
	}

	@Test
	void anOverrideCanLiftADefault() {
		assertThat(overrides(new Override(List.of("a.B/C"), Duration.ZERO, null))
			.setting("a.B/C", "max-age", Override::maxAge, DAY, true)
			.value()).isZero();
	}

	@Test
	void thePatternsAreNamedByTheirProperty() {
		assertThat(overrides(new Override(List.of("*"), HOUR, 1), new Override(List.of("a.B/C", "/a.*"), HOUR, 1))
			.patterns()
			.named()).containsExactlyInAnyOrder(named("overrides[0].methods[0]", "*"),
					named("overrides[1].methods[0]", "a.B/C"), named("overrides[1].methods[1]", "a.*"));
	}

	@Test
	void whenAPatternStandsTwiceInTheListThenTheSecondIsRefused() {
		refused(PREFIX + ".overrides[1].methods[1]", "The list contains the same pattern twice.",
				new Override(List.of("a.B/C"), HOUR, 1), new Override(List.of("a.B/D", "/a.B/C"), DAY, 2));
	}

	@Test
	void whenAPatternHasNoValidFormThenItIsRefused() {
		refused(PREFIX + ".overrides[0].methods[1]",
				"A method pattern is 'package.Service/Method', 'package.Service/*', 'package.*' or '*'.",
				new Override(List.of("a.B/C", "a.B/Get*"), HOUR, 1));
	}

	@Test
	void whenAnEntryNamesNoMethodThenItIsRefused() {
		refused(PREFIX + ".overrides[0].methods", "Must name a method.", new Override(List.of(), HOUR, 1));
		refused(PREFIX + ".overrides[0].methods", "Must name a method.", new Override(null, HOUR, 1));
	}

	@Test
	void aPlainListOfPatternsIsCheckedTheSameWay() {
		assertThat(MethodPatterns.of("p.public-methods", List.of("/a.B/C", "a.*")).named()).containsExactly(
				new MethodPatterns.Named("p.public-methods[0]", new MethodPattern("a.B/C")),
				new MethodPatterns.Named("p.public-methods[1]", new MethodPattern("a.*")));
		assertThatExceptionOfType(SettingException.class)
			.isThrownBy(() -> MethodPatterns.of("p.public-methods", List.of("a.B/C", "a.B/C")))
			.satisfies((ex) -> assertThat(ex.setting()).isEqualTo("p.public-methods[1]"));
	}

	private static void refused(String setting, String reason, Override... overrides) {
		assertThatExceptionOfType(SettingException.class).isThrownBy(() -> overrides(overrides)).satisfies((ex) -> {
			assertThat(ex.setting()).isEqualTo(setting);
			assertThat(ex.reason()).isEqualTo(reason);
		});
	}

	private static MethodPatterns.Named named(String property, String pattern) {
		return new MethodPatterns.Named(PREFIX + "." + property, new MethodPattern(pattern));
	}

	private static MethodOverrides<Override> overrides(Override... overrides) {
		return MethodOverrides.of(PREFIX, List.of(overrides));
	}

	private record Override(List<String> methods, @Nullable Duration maxAge,
			@Nullable Integer rate) implements MethodOverride {
	}

}
