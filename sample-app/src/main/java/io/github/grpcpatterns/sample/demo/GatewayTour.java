/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * Calls the gateway: REST with JSON, a failure as a problem, and a stream as events.
 */
final class GatewayTour {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

	private final URI url;

	private final DemoTokens tokens;

	/**
	 * Create a tour.
	 * @param url any address of the HTTP server
	 * @param tokens source of the token that the gateway passes on
	 */
	GatewayTour(URI url, DemoTokens tokens) {
		this.url = url;
		this.tokens = tokens;
	}

	void run(PrintStream out) throws IOException, InterruptedException {
		HttpResponse<String> created = this.http
			.send(request("/api/products").header("Content-Type", "application/json")
				.POST(BodyPublishers.ofString("{\"name\": \"Lamp\", \"price\": 20, \"category\": \"demo\"}"))
				.build(), BodyHandlers.ofString());
		out.printf("%-20s %d %s%n", "POST /api/products", created.statusCode(), created.body());
		if (created.statusCode() != 201) {
			throw new IOException("no product was created");
		}
		String id = created.body().replaceAll(".*\"id\":\"([^\"]+)\".*", "$1");
		prices(out, id);
		HttpResponse<Void> deleted = this.http.send(request("/api/products/" + id).DELETE().build(),
				BodyHandlers.discarding());
		out.printf("%-20s %d%n", "DELETE /api/products", deleted.statusCode());
		HttpResponse<String> gone = this.http.send(request("/api/products/" + id).build(), BodyHandlers.ofString());
		out.printf("%-20s %d %s%n", "GET /api/products", gone.statusCode(), gone.body());
	}

	private void prices(PrintStream out, String id) throws IOException, InterruptedException {
		try (Stream<String> lines = this.http.send(request("/api/prices?id=" + id).build(), BodyHandlers.ofLines())
			.body()) {
			Iterator<String> events = lines.filter((line) -> line.startsWith("data:")).iterator();
			for (int i = 0; i < 3 && events.hasNext(); i++) {
				out.printf("%-20s %s%n", "GET /api/prices", events.next().substring("data:".length()));
			}
		}
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(this.url.resolve(path))
			.timeout(TIMEOUT)
			.header("Authorization", "Bearer " + this.tokens.token(path));
	}

}
