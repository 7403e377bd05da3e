/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import io.grpc.Metadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BearerToken}.
 */
class BearerTokenTests {

	private static String read(String... values) {
		Metadata headers = new Metadata();
		for (String value : values) {
			headers.put(BearerToken.AUTHORIZATION, value);
		}
		byte[] header = BearerToken.header(headers);
		return (header != null) ? BearerToken.token(header) : null;
	}

	@ParameterizedTest
	@ValueSource(strings = { "Bearer abc", "bearer abc", "BEARER abc", "bEaReR abc", "Bearer  abc", "Bearer     abc" })
	void schemeIsReadInAnyCaseAndWithAnySpaces(String value) {
		assertThat(read(value)).isEqualTo("abc");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "AZaz09-._~+/", "abc=", "abc==", "a.b.c" })
	void alphabetOfTokensIsAccepted(String token) {
		assertThat(read("Bearer " + token)).isEqualTo(token);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "Bearer", "Bearer ", "Bearer   ", "Bearer \tabc", "Bearer\tabc", " Bearer abc",
			"Bearer abc ", "Bearer abc def", "Bearer abc,def", "Bearer abc, Bearer def", "Bearer =", "Bearer ==",
			"Bearer a=b", "Bearer a:b", "Bearer \"abc\"", "Bearer a\\b", "Bearer a%20b", "Bearer a\u0000",
			"Bearer a\u00e9", "Bearer a\u0131", "Basic YTpi", "Token abc", "Bearerabc", "Bearer:abc", "abc",
			"bearer=abc" })
	void anythingElseIsNoToken(String value) {
		assertThat(read(value)).isNull();
	}

	@Test
	void noHeaderIsNoToken() {
		assertThat(read()).isNull();
	}

	@Test
	void twoValuesAreNoTokenInEveryOrder() {
		assertThat(read("Bearer abc", "Bearer abc")).isNull();
		assertThat(read("Bearer abc", "Basic YTpi")).isNull();
		assertThat(read("Basic YTpi", "Bearer abc")).isNull();
		assertThat(read("Bearer abc", "")).isNull();
		assertThat(read("", "Bearer abc")).isNull();
	}

}
