/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.grpcpatterns.internal.settings.SettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link AuthServerProperties}.
 */
class AuthServerPropertiesTests {

	private static AuthServerProperties bind(String... settings) {
		Map<String, String> map = new HashMap<>();
		for (int i = 0; i < settings.length; i += 2) {
			map.put(AuthServerProperties.PREFIX + "." + settings[i], settings[i + 1]);
		}
		return new Binder(new MapConfigurationPropertySource(map)).bindOrCreate(AuthServerProperties.PREFIX,
				AuthServerProperties.class);
	}

	@Test
	void defaultsAreSecure() {
		AuthServerProperties properties = bind();
		assertThat(properties.enabled()).isTrue();
		assertThat(properties.publicMethods()).isEmpty();
		assertThat(properties.rules()).isEmpty();
		assertThat(properties.infrastructure().health()).isEqualTo(AuthServerProperties.Infrastructure.Access.OPEN);
		assertThat(properties.infrastructure().reflection())
			.isEqualTo(AuthServerProperties.Infrastructure.Access.AUTHENTICATED);
		assertThat(properties.endStreamsOnExpiry()).isTrue();
		assertThat(properties.verifierTimeout()).isEqualTo(Duration.ofSeconds(5));
		assertThat(properties.cache()).isEqualTo(new AuthServerProperties.Cache(10000, Duration.ofMinutes(5)));
		assertThat(properties.jwt()).isEqualTo(new AuthServerProperties.Jwt(null, null, null, null, List.of(),
				List.of(), Duration.ofSeconds(60), null, "SCOPE_", "sub", true, DataSize.ofKilobytes(8)));
	}

	@Test
	void valuesAreBoundWithAndWithoutUnits() {
		AuthServerProperties properties = bind("jwt.clock-skew", "5", "cache.max-age", "2m", "cache.size", "5",
				"verifier-timeout", "2", "jwt.max-length", "4KB", "jwt.audiences", "a,b", "jwt.algorithms", "ES256",
				"rules[0].methods", "a.S/*", "rules[0].authorities", "x");
		assertThat(properties.jwt().clockSkew()).isEqualTo(Duration.ofSeconds(5));
		assertThat(properties.cache()).isEqualTo(new AuthServerProperties.Cache(5, Duration.ofMinutes(2)));
		assertThat(properties.verifierTimeout()).isEqualTo(Duration.ofSeconds(2));
		assertThat(properties.jwt().maxLength()).isEqualTo(DataSize.ofBytes(4096));
		assertThat(properties.jwt().audiences()).containsExactly("a", "b");
		assertThat(properties.rules()).containsExactly(new AuthServerProperties.Rule(List.of("a.S/*"), List.of("x")));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			jwt.algorithms         | RS256,RS255          | algorithms[1]   | Must be one of ES256, ES384
			jwt.algorithms         | none                 | algorithms[0]   | Must be one of
			jwt.clock-skew         | -1s                  | clock-skew      | Must not be negative.
			jwt.max-length         | -1B                  | max-length      | Must not be negative.
			jwt.issuer-uri         | issuer               | issuer-uri      | Must be an http or https address
			jwt.jwk-set-uri        | file:/etc/keys       | jwk-set-uri     | Must be an http or https address
			jwt.jwk-set-uri        | 'http://a b'         | jwk-set-uri     | Must be an http or https address
			jwt.secret             | 1234567890123456789012345678901 | secret | Must have at least 32 bytes.
			cache.size             | -1                   | size            | Must not be negative.
			cache.max-age          | -1s                  | max-age         | Must not be negative.
			verifier-timeout       | -1s                  | verifier-timeout | Must not be negative.
			rules[0].authorities   | x                    | methods         | Must name a method.
			""")
	void impossibleValuesAreRefused(String name, String value, String setting, String reason) {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind(name, value))
			.havingRootCause()
			.isInstanceOfSatisfying(SettingException.class, (ex) -> {
				assertThat(ex.setting()).isEqualTo(setting);
				assertThat(ex.reason()).contains(reason);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "issuer-uri", "jwk-set-uri", "public-key-location", "secret", "authorities-claim",
			"principal-claim" })
	void blankSettingCountsAsNotSet(String name) {
		assertThat(bind("jwt." + name, "").jwt()).isEqualTo(bind().jwt());
		assertThat(bind("jwt." + name, " ").jwt()).isEqualTo(bind().jwt());
	}

	@Test
	void authorityPrefixMayBeEmpty() {
		assertThat(bind("jwt.authority-prefix", "").jwt().authorityPrefix()).isEmpty();
	}

	@Test
	void ruleWhoseAuthorityIsEmptyIsRefused() {
		for (String authorities : new String[] { "", " ", "a,,b" }) {
			assertThatExceptionOfType(BindException.class)
				.isThrownBy(() -> bind("rules[0].methods", "a.S/M", "rules[0].authorities", authorities))
				.havingRootCause()
				.withMessageContaining("Must name an authority");
		}
	}

	@Test
	void secretsAreNotPrinted() {
		assertThat(bind("jwt.secret", Tokens.SECRET).toString()).contains("secret=***").doesNotContain(Tokens.SECRET);
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind("jwt.secret", "too short"))
			.satisfies((ex) -> {
				for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
					assertThat(cause.toString()).doesNotContain("too short");
				}
			});
		assertThatExceptionOfType(BindException.class)
			.isThrownBy(() -> bind("jwt.jwk-set-uri", "https://user:password@host/keys"))
			.havingRootCause()
			.withMessageNotContaining("password@");
	}

}
