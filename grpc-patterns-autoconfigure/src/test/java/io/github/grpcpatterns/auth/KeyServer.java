/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;

/**
 * An issuer on the loopback interface: {@code /keys} and whatever else a test adds.
 */
final class KeyServer implements AutoCloseable {

	final AtomicInteger fetches = new AtomicInteger();

	private final HttpServer server;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private volatile HttpHandler keys = (exchange) -> send(exchange, 500, "");

	KeyServer() {
		this(0);
	}

	KeyServer(int port) {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.setExecutor(this.threads);
		this.server.createContext("/keys", (exchange) -> {
			this.fetches.incrementAndGet();
			this.keys.handle(exchange);
		});
		this.server.start();
	}

	static void send(HttpExchange exchange, int status, String body) throws IOException {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		exchange.sendResponseHeaders(status, (bytes.length > 0) ? bytes.length : -1);
		exchange.getResponseBody().write(bytes);
		exchange.close();
	}

	KeyServer serve(JWK... keys) {
		return answer(200, new JWKSet(java.util.List.of(keys)).toString(true));
	}

	KeyServer answer(int status, String body) {
		this.keys = (exchange) -> send(exchange, status, body);
		return this;
	}

	KeyServer handle(HttpHandler handler) {
		this.keys = handler;
		return this;
	}

	KeyServer at(String path, String body) {
		this.server.createContext(path, (exchange) -> {
			boolean exact = exchange.getRequestURI().getPath().equals(path);
			send(exchange, exact ? 200 : 404, exact ? body : "");
		});
		return this;
	}

	String url() {
		return "http://localhost:" + this.server.getAddress().getPort();
	}

	String keysUrl() {
		return url() + "/keys";
	}

	int port() {
		return this.server.getAddress().getPort();
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
