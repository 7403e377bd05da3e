/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.logging;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.grpcpatterns.internal.settings.SettingException;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link LoggingServerProperties} and {@link LoggingClientProperties}.
 */
class LoggingPropertiesTests {

	private static final List<String> INFRASTRUCTURE = List.of("grpc.health.v1.Health/*", "grpc.reflection.*");

	private static <T> T bind(Class<T> type, String prefix, String... settings) {
		Map<String, String> values = new LinkedHashMap<>();
		for (int i = 0; i < settings.length; i += 2) {
			values.put(prefix + "." + settings[i], settings[i + 1]);
		}
		return new Binder(new MapConfigurationPropertySource(values)).bindOrCreate(prefix, type);
	}

	private static LoggingServerProperties server(String... settings) {
		return bind(LoggingServerProperties.class, LoggingServerProperties.PREFIX, settings);
	}

	private static LoggingClientProperties client(String... settings) {
		return bind(LoggingClientProperties.class, LoggingClientProperties.PREFIX, settings);
	}

	@Test
	void noCallIsSlowAndInfrastructureIsExcludedByDefault() {
		assertThat(server().slowCallThreshold()).isZero();
		assertThat(server().exclude()).isEqualTo(INFRASTRUCTURE);
		assertThat(client().slowCallThreshold()).isZero();
		assertThat(client().exclude()).isEqualTo(INFRASTRUCTURE);
	}

	@Test
	void aListReplacesTheDefault() {
		assertThat(server("exclude", "a.B/*,c.*").exclude()).containsExactly("a.B/*", "c.*");
		assertThat(server("exclude", "").exclude()).isEmpty();
		assertThat(client("exclude[0]", "a.B/C").exclude()).containsExactly("a.B/C");
	}

	@Test
	void aBareNumberMeansSeconds() {
		assertThat(server("slow-call-threshold", "2").slowCallThreshold()).isEqualTo(Duration.ofSeconds(2));
		assertThat(client("slow-call-threshold", "250ms").slowCallThreshold()).isEqualTo(Duration.ofMillis(250));
	}

	@Test
	void whatCannotBeIsRefused() {
		assertThatThrownBy(() -> server("slow-call-threshold", "-1s")).rootCause()
			.isInstanceOf(SettingException.class)
			.hasMessageContaining("slow-call-threshold");
		assertThatThrownBy(() -> client("slow-call-threshold", "-1s")).rootCause()
			.hasMessageContaining("slow-call-threshold");
		assertThatThrownBy(() -> server("exclude", "a.B")).rootCause()
			.hasMessageContaining("grpc.patterns.server.logging.exclude[0]");
		assertThatThrownBy(() -> client("exclude", "*,*")).rootCause()
			.hasMessageContaining("grpc.patterns.client.logging.exclude[1]");
	}

}
