/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import java.time.Duration;
import java.util.Map;

import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.transport.TransportProperties.Exposure;
import io.github.grpcpatterns.transport.TransportProperties.OldVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link TransportProperties}.
 */
class TransportPropertiesTests {

	private static final String PREFIX = "grpc.patterns.server.transport";

	@Test
	void whatIsNotSetHasItsDefault() {
		assertThat(bind(Map.of())).isEqualTo(new TransportProperties(true, 1000, 5000, Duration.ofSeconds(30),
				Duration.ofSeconds(5), Duration.ofMinutes(10), Duration.ZERO, Duration.ZERO, null, Exposure.WARN,
				Exposure.WARN, OldVersion.WARN));
	}

	@Test
	void bareNumbersAreSeconds() {
		TransportProperties properties = bind(Map.of("max-resets-per", "60", "handshake-timeout", "3",
				"max-connection-idle", "120", "max-connection-age", "7200", "max-connection-age-grace", "30",
				"permit-keep-alive-time", "20"));
		assertThat(properties.maxResetsPer()).hasSeconds(60);
		assertThat(properties.handshakeTimeout()).hasSeconds(3);
		assertThat(properties.maxConnectionIdle()).hasSeconds(120);
		assertThat(properties.maxConnectionAge()).hasSeconds(7200);
		assertThat(properties.maxConnectionAgeGrace()).hasSeconds(30);
		assertThat(properties.permitKeepAliveTime()).hasSeconds(20);
	}

	@Test
	void unitsAreUnderstood() {
		assertThat(bind(Map.of("handshake-timeout", "300ms")).handshakeTimeout()).hasMillis(300);
		assertThat(bind(Map.of("max-connection-age", "2h")).maxConnectionAge()).hasHours(2);
	}

	@Test
	void whatYamlMakesOfOffMeansOff() {
		assertThat(bind(Map.of("version-floor", false)).versionFloor()).isEqualTo(OldVersion.OFF);
		assertThat(bind(Map.of("version-floor", "off")).versionFloor()).isEqualTo(OldVersion.OFF);
	}

	@ParameterizedTest
	@CsvSource({ "max-concurrent-calls-per-connection,-1", "max-resets,-1", "max-resets-per,-1s",
			"handshake-timeout,-1ms", "max-connection-idle,-1m", "max-connection-age,-1", "max-connection-age-grace,-1",
			"permit-keep-alive-time,-1" })
	void negativeValuesAreRefused(String name, String value) {
		assertThatThrownBy(() -> bind(Map.of(name, value))).hasRootCauseInstanceOf(SettingException.class)
			.rootCause()
			.hasMessageStartingWith(name + ": ")
			.hasMessageContaining("Must not be negative.");
	}

	@Test
	void aPartOfASecondIsNoTimeToCountResetsIn() {
		assertThatThrownBy(() -> bind(Map.of("max-resets-per", "1500ms"))).rootCause()
			.isInstanceOfSatisfying(SettingException.class, (ex) -> {
				assertThat(ex.setting()).isEqualTo("max-resets-per");
				assertThat(ex.reason()).isEqualTo("Must be whole seconds.");
			});
	}

	private static TransportProperties bind(Map<String, Object> settings) {
		MapConfigurationPropertySource source = new MapConfigurationPropertySource();
		settings.forEach((name, value) -> source.put(PREFIX + "." + name, value));
		return new Binder(source).bindOrCreate(PREFIX, TransportProperties.class);
	}

}
