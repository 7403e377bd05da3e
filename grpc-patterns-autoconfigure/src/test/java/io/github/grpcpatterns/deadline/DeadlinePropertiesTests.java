/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.deadline;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.grpcpatterns.internal.settings.SettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link DeadlineServerProperties} and {@link DeadlineClientProperties}.
 */
class DeadlinePropertiesTests {

	private static <T> T bind(Class<T> type, String prefix, String... settings) {
		Map<String, String> values = new LinkedHashMap<>();
		for (int i = 0; i < settings.length; i += 2) {
			values.put(prefix + "." + settings[i], settings[i + 1]);
		}
		return new Binder(new MapConfigurationPropertySource(values)).bindOrCreate(prefix, type);
	}

	private static DeadlineServerProperties server(String... settings) {
		return bind(DeadlineServerProperties.class, DeadlineServerProperties.PREFIX, settings);
	}

	private static DeadlineClientProperties client(String... settings) {
		return bind(DeadlineClientProperties.class, DeadlineClientProperties.PREFIX, settings);
	}

	@Test
	void aServerHasNoLimitsByDefault() {
		DeadlineServerProperties properties = server();
		assertThat(properties.defaultDeadline()).isZero();
		assertThat(properties.max()).isZero();
		assertThat(properties.required()).isFalse();
		assertThat(properties.overrides()).isEmpty();
	}

	@Test
	void aClientBoundsUnaryCallsByDefault() {
		DeadlineClientProperties properties = client();
		assertThat(properties.unary()).isEqualTo(Duration.ofSeconds(30));
		assertThat(properties.stream()).isZero();
	}

	@Test
	void aBareNumberMeansSeconds() {
		assertThat(server("default", "5").defaultDeadline()).isEqualTo(Duration.ofSeconds(5));
		assertThat(server("max", "500ms").max()).isEqualTo(Duration.ofMillis(500));
		assertThat(client("unary", "7").unary()).isEqualTo(Duration.ofSeconds(7));
		assertThat(server("overrides[0].methods", "a.B/*", "overrides[0].max", "3").overrides().get(0).max())
			.isEqualTo(Duration.ofSeconds(3));
	}

	@ParameterizedTest
	@CsvSource({ "default", "max" })
	void aServersNegativeDurationIsRefused(String setting) {
		assertThatThrownBy(() -> server(setting, "-1s")).rootCause()
			.isInstanceOf(SettingException.class)
			.hasMessageContaining(setting)
			.hasMessageContaining("Must not be negative.");
		assertThatThrownBy(() -> server("overrides[0].methods", "*", "overrides[0]." + setting, "-1s")).rootCause()
			.hasMessageContaining(setting);
	}

	@ParameterizedTest
	@CsvSource({ "unary", "stream" })
	void aClientsNegativeDurationIsRefused(String setting) {
		assertThatThrownBy(() -> client(setting, "-1s")).rootCause().hasMessageContaining(setting);
	}

	@Test
	void aPatternWithoutAFormIsRefused() {
		assertThatThrownBy(() -> server("overrides[0].methods", "no pattern")).rootCause()
			.isInstanceOf(SettingException.class)
			.hasMessageContaining("grpc.patterns.server.deadline.overrides[0].methods[0]");
	}

}
