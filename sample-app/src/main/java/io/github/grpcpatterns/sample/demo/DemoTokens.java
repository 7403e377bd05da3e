package io.github.grpcpatterns.sample.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Gets a token from the development server and keeps it for most of the time that it is
 * valid. An identity provider would be asked in the same way.
 */
final class DemoTokens {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final Duration KEEP = Duration.ofMinutes(10);

	private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

	private final URI url;

	// Guarded by this
	private @Nullable String token;

	private Instant fetchAfter = Instant.MIN;

	/**
	 * Create a source of tokens that asks nobody yet.
	 * @param url where {@code /dev/token} is
	 */
	DemoTokens(URI url) {
		this.url = URI.create(url + "?subject=demo&ttl=15m");
	}

	public synchronized String token(String method) {
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
				throw new IllegalStateException("No token from " + this.url + ": HTTP " + response.statusCode());
			}
			return response.body();
		}
		catch (IOException ex) {
			throw new IllegalStateException("No token from " + this.url + ": is the sample running?", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("No token from " + this.url + ": interrupted", ex);
		}
	}

}
