/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;

import com.nimbusds.jose.jwk.JWKSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link HttpKeyFetcher}.
 */
class HttpKeyFetcherTests {

	private final KeyServer server = new KeyServer();

	@AfterEach
	void close() {
		this.server.close();
	}

	private static void fails(KeyFetcher fetcher, String message) {
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> fetcher.fetch().join())
			.satisfies((ex) -> assertThat(HttpKeyFetcher.cause(ex)).hasMessageContaining(message));
	}

	private KeyFetcher keys() {
		return HttpKeyFetcher.ofKeySet(this.server.keysUrl() + "?secret=x");
	}

	@Test
	void keySetIsFetched() {
		this.server.serve(Tokens.RSA, Tokens.EC);
		JWKSet keys = keys().fetch().join();
		assertThat(keys.getKeys()).hasSize(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "<html>", "{}", "[]", "{\"keys\":{}}", "{\"keys\":[]}", "null", "{\"keys\":[" })
	void nonsenseFails(String body) {
		this.server.answer(200, body);
		fails(keys(), "JSON Web Key Set");
	}

	@Test
	void errorFailsWithoutTheQuery() {
		this.server.answer(503, "busy");
		fails(keys(), "status 503 from " + this.server.keysUrl());
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> keys().fetch().join())
			.withMessageNotContaining("secret");
		assertThat(keys()).hasToString(this.server.keysUrl());
	}

	@Test
	void tooLargeAnswerFails() {
		this.server.answer(200, " ".repeat(HttpKeyFetcher.MAX_BYTES + 1));
		fails(keys(), "too large");
	}

	@Test
	void slowAndDrippingAnswersFailAfterFiveSeconds() {
		CountDownLatch closed = new CountDownLatch(1);
		this.server.handle((exchange) -> {
			exchange.sendResponseHeaders(200, 0);
			try {
				for (int i = 0; i < 100; i++) {
					exchange.getResponseBody().write(" ".getBytes(StandardCharsets.UTF_8));
					exchange.getResponseBody().flush();
					if (closed.await(200, java.util.concurrent.TimeUnit.MILLISECONDS)) {
						return;
					}
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			finally {
				closed.countDown();
			}
		});
		long start = System.nanoTime();
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> keys().fetch().join());
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(9));
		closed.countDown();
	}

	@Test
	void nobodyThereFails() {
		this.server.close();
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> keys().fetch().join());
	}

	@ParameterizedTest
	@ValueSource(strings = { "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server" })
	void issuerAtTheRootNamesItsKeys(String path) {
		this.server.serve(Tokens.RSA).at(path, metadata(this.server.url(), this.server.keysUrl()));
		assertThat(HttpKeyFetcher.ofIssuer(this.server.url()).fetch().join().getKeys()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/tenant/.well-known/openid-configuration", "/.well-known/openid-configuration/tenant",
			"/.well-known/oauth-authorization-server/tenant" })
	void issuerWithAPathNamesItsKeys(String path) {
		String issuer = this.server.url() + "/tenant";
		this.server.serve(Tokens.RSA).at(path, metadata(issuer, this.server.keysUrl()));
		assertThat(HttpKeyFetcher.ofIssuer(issuer).fetch().join().getKeys()).hasSize(1);
	}

	@Test
	void metadataOfAnotherIssuerFail() {
		this.server.serve(Tokens.RSA)
			.at("/.well-known/openid-configuration", metadata("https://other.example", this.server.keysUrl()));
		fails(HttpKeyFetcher.ofIssuer(this.server.url()),
				"another issuer: it names 'https://other.example', and " + "issuer-uri is '" + this.server.url() + "'");
	}

	@Test
	void metadataThatDifferInTheTrailingSlashAreRefusedWithThatHint() {
		String issuer = this.server.url();
		this.server.serve(Tokens.RSA)
			.at("/.well-known/openid-configuration", metadata(issuer + "/", this.server.keysUrl()));
		fails(HttpKeyFetcher.ofIssuer(issuer),
				"it names '" + issuer + "/', and issuer-uri is '" + issuer + "'; they differ in the trailing slash");
		this.server.at("/tenant/.well-known/openid-configuration", metadata(issuer + "/tenant", this.server.keysUrl()));
		fails(HttpKeyFetcher.ofIssuer(issuer + "/tenant/"), "they differ in the trailing slash");
	}

	@Test
	void metadataWithoutUsableKeysFail() {
		this.server.at("/.well-known/openid-configuration", metadata(this.server.url(), "file:/etc/passwd"));
		fails(HttpKeyFetcher.ofIssuer(this.server.url()), "names no keys");
	}

	@ParameterizedTest
	@ValueSource(strings = { "<html>", "null", "[1]" })
	void metadataThatAreNonsenseFail(String body) {
		this.server.at("/.well-known/openid-configuration", body);
		fails(HttpKeyFetcher.ofIssuer(this.server.url()), "not a JSON object");
	}

	private static String metadata(String issuer, String keys) {
		return "{\"issuer\":\"" + issuer + "\",\"jwks_uri\":\"" + keys + "\"}";
	}

}
