/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import org.springframework.context.ApplicationContext;

/**
 * Asks the server of HTTP of a context.
 */
public final class Http {

	private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private Http() {
	}

	public static HttpResponse<String> get(ApplicationContext context, String path) {
		return get(context, path, "*/*");
	}

	public static HttpResponse<String> get(ApplicationContext context, String path, String accept) {
		return send(context, "GET", path, accept);
	}

	public static HttpResponse<String> delete(ApplicationContext context, String path) {
		return send(context, "DELETE", path, "*/*");
	}

	private static HttpResponse<String> send(ApplicationContext context, String method, String path, String accept) {
		URI uri = URI
			.create("http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port") + path);
		try {
			return CLIENT.send(HttpRequest.newBuilder(uri)
				.header("Accept", accept)
				.method(method, HttpRequest.BodyPublishers.noBody())
				.build(), HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}
