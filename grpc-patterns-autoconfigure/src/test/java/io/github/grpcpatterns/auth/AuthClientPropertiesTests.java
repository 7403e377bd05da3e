/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import io.github.grpcpatterns.internal.settings.SettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.BindException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link AuthClientProperties}.
 */
class AuthClientPropertiesTests {

	@Test
	void whenNothingIsSetThenDefaultsHold() {
		AuthClientProperties properties = AuthClientInterceptorTests.properties();
		assertThat(properties.enabled()).isTrue();
		assertThat(properties.token()).isEmpty();
		assertThat(properties.relay()).isFalse();
		assertThat(properties.allowPlaintext()).isFalse();
		assertThat(properties.overrides()).isEmpty();
	}

	@Test
	void whenPrintedThenTokensAreNotShown() {
		AuthClientProperties properties = AuthClientInterceptorTests.properties("token=t0k3n", "overrides[0].methods=*",
				"overrides[0].token=s3cr3t");
		assertThat(properties.overrides().get(0).token()).isEqualTo("s3cr3t");
		assertThat(properties.toString()).contains("******").doesNotContain("t0k3n").doesNotContain("s3cr3t");
	}

	@ParameterizedTest
	@ValueSource(strings = { "token=Bearer t0k3n", "token=t0k3n\n", "overrides[0].token=t0k3nü" })
	void whenTokenCannotStandInAHeaderThenItIsRefusedWithoutBeingShown(String setting) {
		assertThatExceptionOfType(BindException.class)
			.isThrownBy(() -> AuthClientInterceptorTests.properties("overrides[0].methods=*", setting))
			.havingRootCause()
			.isInstanceOfSatisfying(SettingException.class, (ex) -> {
				assertThat(ex.setting()).isEqualTo("token");
				assertThat(ex.value()).isNull();
				assertThat(ex.reason())
					.isEqualTo("Must be the token alone, without 'Bearer', of visible ASCII characters.");
				assertThat(ex.getMessage()).doesNotContain("t0k3n");
			});
	}

	@Test
	void whenTokenIsBlankThenThereIsNone() {
		AuthClientProperties properties = AuthClientInterceptorTests.properties("token= ", "relay=true",
				"overrides[0].methods=*", "overrides[0].token= ");
		assertThat(properties.token()).isEmpty();
		assertThat(properties.overrides().get(0).token()).isEmpty();
		assertThat(properties.overrides().get(0).names()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "overrides[0]." })
	void whenTokenAndRelayStandInOnePlaceThenTheyAreRefused(String place) {
		assertThatExceptionOfType(BindException.class)
			.isThrownBy(() -> AuthClientInterceptorTests.properties("overrides[0].methods=*", place + "token=t0k3n",
					place + "relay=true"))
			.havingRootCause()
			.isInstanceOfSatisfying(SettingException.class, (ex) -> {
				assertThat(ex.setting()).isEqualTo("relay");
				assertThat(ex.reason()).isEqualTo("Must not be set together with 'token'.");
			});
	}

}
