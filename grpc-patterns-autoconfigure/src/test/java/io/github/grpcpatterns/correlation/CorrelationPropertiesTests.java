/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.correlation;

import io.github.grpcpatterns.internal.settings.SettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link CorrelationProperties}.
 */
class CorrelationPropertiesTests {

	@Test
	void anotherHeaderMayCarryTheId() {
		assertThat(new CorrelationProperties(true, "x-request-id").key().name()).isEqualTo("x-request-id");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "X-Request-Id", "grpc-id", "id-bin", "a b", ":path" })
	void aHeaderThatCannotCarryAnIdIsRefused(String header) {
		assertThatExceptionOfType(SettingException.class).isThrownBy(() -> new CorrelationProperties(true, header))
			.satisfies((ex) -> assertThat(ex.setting()).isEqualTo("header"));
	}

}
