/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.scaleout;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import io.github.grpcpatterns.sample.SampleInstance;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/**
 * The PostgreSQL and the Redis that the instances share, fresh ones that are gone at the
 * end: those that are installed on the machine, else those of the build's artifacts.
 */
final class Databases implements AutoCloseable {

	private final Postgres postgres;

	private final RedisServer redis;

	private final int redisPort;

	private final String description;

	private Databases(Postgres postgres, RedisServer redis, int redisPort, String description) {
		this.postgres = postgres;
		this.redis = redis;
		this.redisPort = redisPort;
		this.description = description;
	}

	static Databases start() throws IOException {
		int port = SampleInstance.freePort();
		File installed = installed("redis-server", List.of());
		RedisServerBuilder builder = RedisServer.newRedisServer().port(port).bind("127.0.0.1").setting("save \"\"");
		if (installed != null) {
			builder.executableProvider(() -> installed);
		}
		RedisServer redis = builder.build();
		redis.start();
		try {
			Postgres postgres = Postgres.start();
			return new Databases(postgres, redis, port,
					postgres + "; Redis " + ((installed != null) ? installed : "of the build"));
		}
		catch (IOException | RuntimeException ex) {
			redis.stop();
			throw ex;
		}
	}

	/**
	 * Return a program that is installed.
	 * @param name its name
	 * @param directories where else to look than on the path
	 */
	static @Nullable File installed(String name, List<File> directories) {
		List<File> all = new ArrayList<>(directories);
		for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
			all.add(new File(directory));
		}
		return all.stream()
			.map((directory) -> new File(directory, name))
			.filter(File::canExecute)
			.findFirst()
			.orElse(null);
	}

	String jdbcUrl() {
		return this.postgres.jdbcUrl();
	}

	String redisUrl() {
		return "redis://127.0.0.1:" + this.redisPort;
	}

	@Override
	public void close() throws IOException {
		this.redis.stop();
		this.postgres.close();
	}

	@Override
	public String toString() {
		return this.description;
	}

}
