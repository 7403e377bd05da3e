/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import org.jspecify.annotations.Nullable;

/**
 * Fetches a key set over HTTP, from an address or through an issuer's metadata, within
 * five seconds and {@value #MAX_BYTES} bytes.
 *
 * @see <a href="https://openid.net/specs/openid-connect-discovery-1_0.html">OpenID
 * Connect Discovery</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8414">RFC 8414</a>
 */
final class HttpKeyFetcher implements KeyFetcher {

	static final int MAX_BYTES = 256 * 1024;

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private final @Nullable String issuer;

	private final @Nullable URI keys;

	private final KeySetReader reader = new KeySetReader();

	private volatile @Nullable HttpClient client;

	private HttpKeyFetcher(@Nullable String issuer, @Nullable URI keys) {
		this.issuer = issuer;
		this.keys = keys;
	}

	static HttpKeyFetcher ofKeySet(String address) {
		return new HttpKeyFetcher(null, URI.create(address));
	}

	static HttpKeyFetcher ofIssuer(String issuer) {
		return new HttpKeyFetcher(issuer, null);
	}

	@Override
	public CompletableFuture<JWKSet> fetch() {
		CompletableFuture<URI> keys = (this.keys != null) ? CompletableFuture.completedFuture(this.keys)
				: discover(metadata(String.valueOf(this.issuer)), 0);
		// A copy, for a timeout must not pass for an answer of the exchange.
		CompletableFuture<JWKSet> fetched = keys.thenCompose(this::get).thenApply(this::parse).copy();
		return fetched.orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
	}

	/**
	 * The addresses at which an issuer may publish its metadata, by the two standards and
	 * the mixture of both.
	 */
	private static List<URI> metadata(String issuer) {
		URI uri = URI.create(issuer);
		String path = (uri.getRawPath() != null) ? uri.getRawPath() : "";
		path = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
		String host = uri.getScheme() + "://" + uri.getRawAuthority();
		List<URI> addresses = new ArrayList<>();
		addresses.add(URI.create(host + path + "/.well-known/openid-configuration"));
		if (!path.isEmpty()) {
			addresses.add(URI.create(host + "/.well-known/openid-configuration" + path));
		}
		addresses.add(URI.create(host + "/.well-known/oauth-authorization-server" + path));
		return addresses;
	}

	private CompletableFuture<URI> discover(List<URI> addresses, int index) {
		CompletableFuture<URI> found = get(addresses.get(index)).thenApply(this::keysOf);
		if (index + 1 == addresses.size()) {
			return found;
		}
		return found.exceptionallyCompose((ex) -> (cause(ex) instanceof NotThere) ? discover(addresses, index + 1)
				: CompletableFuture.failedFuture(cause(ex)));
	}

	private URI keysOf(byte[] body) {
		Map<String, Object> metadata;
		URI keys;
		try {
			metadata = JSONObjectUtils.parse(new String(body, StandardCharsets.UTF_8));
			keys = JSONObjectUtils.getURI(metadata, "jwks_uri");
		}
		catch (ParseException | RuntimeException ex) { // JSON, but no object
			throw new CompletionException(new IOException("the metadata is not a JSON object that names keys"));
		}
		Object named = metadata.get("issuer");
		if (!String.valueOf(this.issuer).equals(named)) {
			throw new CompletionException(new IOException(otherIssuer(String.valueOf(named))));
		}
		if (keys == null || !("https".equals(keys.getScheme()) || "http".equals(keys.getScheme()))) {
			throw new CompletionException(new IOException("the metadata names no keys"));
		}
		return keys;
	}

	private String otherIssuer(String named) {
		String ours = String.valueOf(this.issuer);
		boolean slash = (named + "/").equals(ours) || named.equals(ours + "/");
		return "the metadata belongs to another issuer: it names '" + KeySetReader.printable(named)
				+ "', and issuer-uri is '" + ours + "'" + (slash ? "; they differ in the trailing slash" : "");
	}

	private JWKSet parse(byte[] body) {
		try {
			return this.reader.read(this, body);
		}
		catch (IOException ex) {
			throw new CompletionException(ex);
		}
	}

	private CompletableFuture<byte[]> get(URI address) {
		HttpRequest request = HttpRequest.newBuilder(address)
			.timeout(TIMEOUT)
			.header("Accept", "application/json, application/jwk-set+json")
			.build();
		CompletableFuture<HttpResponse<byte[]>> response = client().sendAsync(request,
				(info) -> new LimitedBodySubscriber(MAX_BYTES));
		CompletableFuture<byte[]> body = response.thenApply((answer) -> body(address, answer));
		body = body.orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		body.whenComplete((bytes, ex) -> {
			if (!response.isDone()) {
				response.cancel(true); // a slow body would go on forever
			}
		});
		return body;
	}

	private static byte[] body(URI address, HttpResponse<byte[]> response) {
		int status = response.statusCode();
		if (status == 200) {
			return response.body();
		}
		String what = "status " + status + " from " + withoutQuery(address);
		throw new CompletionException((status >= 400 && status < 500) ? new NotThere(what) : new IOException(what));
	}

	static String withoutQuery(URI address) {
		return address.getScheme() + "://" + address.getHost()
				+ ((address.getPort() >= 0) ? ":" + address.getPort() : "") + address.getRawPath();
	}

	static Throwable cause(Throwable ex) {
		return (ex instanceof CompletionException && ex.getCause() != null) ? cause(ex.getCause()) : ex;
	}

	/**
	 * Made at first use, because it starts a thread.
	 */
	private HttpClient client() {
		HttpClient client = this.client;
		if (client == null) {
			client = HttpClient.newBuilder()
				.version(HttpClient.Version.HTTP_1_1)
				.connectTimeout(TIMEOUT)
				.followRedirects(HttpClient.Redirect.NORMAL)
				.build();
			this.client = client;
		}
		return client;
	}

	/**
	 * Return its location, for messages.
	 */
	@Override
	public String toString() {
		return withoutQuery((this.keys != null) ? this.keys : URI.create(String.valueOf(this.issuer)));
	}

	private static final class NotThere extends IOException {

		private static final long serialVersionUID = 1L;

		NotThere(String message) {
			super(message);
		}

	}

}
