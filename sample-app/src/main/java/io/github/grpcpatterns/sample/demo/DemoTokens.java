/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;

import io.github.grpcpatterns.auth.TokenSupplier;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Gets a token from the development server and keeps it for most of the time that it is
 * valid. An identity provider would be asked in the same way. The starter asks it for
 * each call, as it is a bean.
 */
final class DemoTokens implements TokenSupplier {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final Duration KEEP = Duration.ofMinutes(10);

	private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

	private final URI url;

	private final String given;

	// Guarded by this
	private @Nullable String token;

	private Instant fetchAfter = Instant.MIN;

	/**
	 * Create a source of tokens that asks nobody yet.
	 * @param url where {@code /dev/token} is
	 * @param given the token to use instead, of a server that gives none; or empty
	 */
	DemoTokens(URI url, String given) {
		this.url = URI.create(url + "?subject=demo&ttl=15m");
		this.given = given;
	}

	@Override
	public synchronized String token(String method) {
		if (!this.given.isEmpty()) {
			return this.given;
		}
		if (this.token == null || Instant.now().isAfter(this.fetchAfter)) {
			this.token = fetch();
			this.fetchAfter = Instant.now().plus(KEEP);
		}
		return this.token;
	}

	private String fetch() {
		HttpRequest request = HttpRequest.newBuilder(this.url).timeout(TIMEOUT).build();
		try {
			HttpResponse<String> response = this.http.send(request, HttpResponse.BodyHandlers.ofString());
			if (response.statusCode() != 200) {
				throw noToken("HTTP " + response.statusCode(), null);
			}
			return response.body();
		}
		catch (IOException ex) {
			throw noToken("is the sample running?", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw noToken("interrupted", ex);
		}
	}

	// Becomes the status of the call that wanted a token, and is tried again as such
	private StatusRuntimeException noToken(String reason, @Nullable Exception cause) {
		return Status.UNAVAILABLE.withDescription("no token from " + this.url + ": " + reason)
			.withCause(cause)
			.asRuntimeException();
	}

}
