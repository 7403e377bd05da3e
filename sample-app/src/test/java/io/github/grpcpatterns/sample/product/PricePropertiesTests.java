/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PriceProperties}.
 */
class PricePropertiesTests {

	@Test
	void aPriceMovesEverySecondByDefault() {
		assertThat(bind(Map.of()).interval()).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void aBareNumberMeansSeconds() {
		assertThat(bind(Map.of("sample.prices.interval", "5")).interval()).isEqualTo(Duration.ofSeconds(5));
		assertThat(bind(Map.of("sample.prices.interval", "50ms")).interval()).isEqualTo(Duration.ofMillis(50));
	}

	@Test
	void aNegativeIntervalIsRefused() {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind(Map.of("sample.prices.interval", "-1s")))
			.havingRootCause()
			.withMessage("sample.prices.interval: PT-1S (expected: >= 0)");
	}

	private static PriceProperties bind(Map<String, String> settings) {
		return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("sample.prices",
				PriceProperties.class);
	}

}
