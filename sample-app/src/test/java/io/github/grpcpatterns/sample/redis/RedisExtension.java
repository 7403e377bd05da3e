/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import redis.embedded.RedisServer;

/**
 * A Redis of the test's own, which it may stop and start again.
 */
public final class RedisExtension implements BeforeEachCallback, AfterEachCallback {

	private int port;

	private RedisServer redis;

	@Override
	public void beforeEach(ExtensionContext context) throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			this.port = socket.getLocalPort();
		}
		start();
	}

	@Override
	public void afterEach(ExtensionContext context) {
		stop();
	}

	public void start() {
		try {
			this.redis = RedisServer.newRedisServer().port(this.port).bind("127.0.0.1").setting("save \"\"").build();
			this.redis.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public void stop() {
		try {
			this.redis.stop();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return the setting for an instance.
	 */
	public String url() {
		return "sample.redis.url=redis://127.0.0.1:" + this.port;
	}

}
