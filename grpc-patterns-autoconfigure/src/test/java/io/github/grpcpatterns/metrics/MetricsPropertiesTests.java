/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link MetricsServerProperties} and {@link MetricsClientProperties}.
 */
class MetricsPropertiesTests {

	private static MetricsServerProperties server(Map<String, String> settings) {
		return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("", MetricsServerProperties.class);
	}

	private static MetricsClientProperties client(Map<String, String> settings) {
		return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("", MetricsClientProperties.class);
	}

	@Test
	void gapsAreNotMeasuredAndOneMegabyteIsLargeByDefault() {
		assertThat(server(Map.of()).messageGap()).isFalse();
		assertThat(server(Map.of()).largeMessageThreshold()).isEqualTo(DataSize.ofBytes(1024 * 1024));
		assertThat(client(Map.of()).messageGap()).isFalse();
		assertThat(client(Map.of()).largeMessageThreshold()).isEqualTo(DataSize.ofBytes(1024 * 1024));
	}

	@Test
	void valuesAreBound() {
		Map<String, String> settings = Map.of("message-gap", "true", "large-message-threshold", "4KB");
		assertThat(server(settings).messageGap()).isTrue();
		assertThat(server(settings).largeMessageBytes()).isEqualTo(4096);
		assertThat(client(settings).messageGap()).isTrue();
		assertThat(client(settings).largeMessageBytes()).isEqualTo(4096);
	}

	@Test
	void zeroMeansThatNoMessageIsLarge() {
		Map<String, String> zero = Map.of("large-message-threshold", "0");
		assertThat(server(zero).largeMessageBytes()).isEqualTo(Long.MAX_VALUE);
		assertThat(client(zero).largeMessageBytes()).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void aNegativeThresholdIsRefused() {
		Map<String, String> negative = Map.of("large-message-threshold", "-1B");
		assertThatThrownBy(() -> server(negative)).rootCause().hasMessageContaining("large-message-threshold");
		assertThatThrownBy(() -> client(negative)).rootCause().hasMessageContaining("large-message-threshold");
	}

}
