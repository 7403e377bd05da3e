/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.ratelimit;

import java.time.Duration;
import java.util.Map;

import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.ratelimit.RateLimitServerProperties.OnStoreFailure;
import io.github.grpcpatterns.ratelimit.RateLimitServerProperties.Per;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RateLimitServerProperties}.
 */
class RateLimitServerPropertiesTests {

	private static RateLimitServerProperties bind(Map<String, String> settings) {
		return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate(RateLimitServerProperties.PREFIX,
				RateLimitServerProperties.class);
	}

	@Test
	void nothingIsLimitedByDefault() {
		RateLimitServerProperties properties = bind(Map.of());
		assertThat(properties.enabled()).isTrue();
		assertThat(properties.callsPerSecond()).isZero();
		assertThat(properties.burst()).isZero();
		assertThat(properties.per()).isEqualTo(Per.METHOD);
		assertThat(properties.storeTimeout()).isEqualTo(Duration.ofMillis(250));
		assertThat(properties.onStoreFailure()).isEqualTo(OnStoreFailure.LOCAL);
		assertThat(properties.overrides()).isEmpty();
		assertThat(properties.limits()).isFalse();
	}

	@Test
	void everythingCanBeSetAndOverridden() {
		String prefix = RateLimitServerProperties.PREFIX;
		RateLimitServerProperties properties = bind(Map.of(prefix + ".calls-per-second", "2.5", prefix + ".burst", "7",
				prefix + ".per", "principal", prefix + ".store-timeout", "1", prefix + ".on-store-failure", "reject",
				prefix + ".overrides[0].methods", "a.B/*", prefix + ".overrides[0].calls-per-second", "0.1",
				prefix + ".overrides[0].per", "peer", prefix + ".overrides[0].store-timeout", "5ms"));
		assertThat(properties.callsPerSecond()).isEqualTo(2.5);
		assertThat(properties.burst()).isEqualTo(7);
		assertThat(properties.per()).isEqualTo(Per.PRINCIPAL);
		assertThat(properties.storeTimeout()).isEqualTo(Duration.ofSeconds(1));
		assertThat(properties.onStoreFailure()).isEqualTo(OnStoreFailure.REJECT);
		assertThat(properties.limits()).isTrue();
		RateLimitServerProperties.Override override = properties.overrides().get(0);
		assertThat(override.callsPerSecond()).isEqualTo(0.1);
		assertThat(override.burst()).isNull();
		assertThat(override.per()).isEqualTo(Per.PEER);
		assertThat(override.storeTimeout()).isEqualTo(Duration.ofMillis(5));
		assertThat(override.onStoreFailure()).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "calls-per-second, -1, Must not be negative.", "calls-per-second, NaN, Must not be negative.",
			"calls-per-second, 0.0000001, 'Must be 0, or between 0.000001 and 1000000000.'",
			"calls-per-second, 1e10, 'Must be 0, or between 0.000001 and 1000000000.'",
			"burst, -1, Must not be negative.", "store-timeout, -1s, Must be positive.",
			"store-timeout, 0, Must be positive." })
	void whatCannotBeIsRefused(String name, String value, String reason) {
		for (String place : new String[] { ".", ".overrides[0]." }) {
			assertThatExceptionOfType(BindException.class)
				.isThrownBy(() -> bind(Map.of(RateLimitServerProperties.PREFIX + place + name, value)))
				.havingRootCause()
				.isInstanceOfSatisfying(SettingException.class, (ex) -> {
					assertThat(ex.setting()).isEqualTo(name);
					assertThat(ex.reason()).isEqualTo(reason);
				});
		}
	}

}
