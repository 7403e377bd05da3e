/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.health;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.grpcpatterns.internal.settings.SettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link HealthServerProperties}.
 */
class HealthServerPropertiesTests {

	private static HealthServerProperties bind(String... settings) {
		Map<String, String> map = new HashMap<>();
		for (String setting : settings) {
			String[] parts = setting.split("=", 2);
			map.put(HealthServerProperties.PREFIX + "." + parts[0], parts[1]);
		}
		return new Binder(new MapConfigurationPropertySource(map)).bindOrCreate(HealthServerProperties.PREFIX,
				HealthServerProperties.class);
	}

	@Test
	void whenNothingIsSetThenDefaultsHold() {
		assertThat(bind()).isEqualTo(new HealthServerProperties(true, List.of(), Duration.ofSeconds(5)));
	}

	@Test
	void aBareNumberMeansSeconds() {
		assertThat(bind("indicators=db, redis", "interval=2"))
			.isEqualTo(new HealthServerProperties(true, List.of("db", "redis"), Duration.ofSeconds(2)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "-1s" })
	void whenTheIntervalIsNotPositiveThenItIsRefused(String interval) {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind("interval=" + interval))
			.havingRootCause()
			.isInstanceOfSatisfying(SettingException.class, (ex) -> {
				assertThat(ex.setting()).isEqualTo("interval");
				assertThat(ex.reason()).isEqualTo("Must be positive.");
			});
	}

}
