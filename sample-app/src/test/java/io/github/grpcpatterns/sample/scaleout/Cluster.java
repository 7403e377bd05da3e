/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.scaleout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import io.github.grpcpatterns.sample.SampleInstance;

/**
 * Two instances of the sample with the profiles {@code postgres} and {@code redis}, and
 * the databases that they share.
 */
final class Cluster implements AutoCloseable {

	private final Databases databases;

	private final List<Instance> instances = new ArrayList<>();

	private final Path logs;

	private boolean closed;

	private Cluster(Databases databases, Path logs) {
		this.databases = databases;
		this.logs = logs;
	}

	/**
	 * Start it, and wait until both instances serve.
	 * @param settings what both have beside their profiles
	 */
	static Cluster start(String... settings) throws IOException {
		Cluster cluster = new Cluster(Databases.start(), Files.createTempDirectory("scale-out"));
		try {
			List<String> arguments = new ArrayList<>(List.of("--spring.profiles.active=postgres,redis",
					"--spring.datasource.url=" + cluster.databases.jdbcUrl(),
					"--spring.datasource.username=" + Postgres.USER, "--spring.datasource.password=",
					"--sample.redis.url=" + cluster.databases.redisUrl(),
					"--sample.storage.directory=" + cluster.logs.resolve("documents"),
					"--grpc.patterns.server.auth.jwt.secret=" + SampleInstance.SECRET,
					"--grpc.patterns.server.transport.plaintext=allow"));
			arguments.addAll(List.of(settings));
			for (String name : List.of("one", "two")) {
				cluster.instances.add(new Instance(name, cluster.logs, arguments));
			}
			cluster.instances.forEach(Instance::await);
			return cluster;
		}
		catch (IOException | RuntimeException ex) {
			cluster.close();
			throw ex;
		}
	}

	List<Instance> instances() {
		return this.instances;
	}

	/**
	 * Return the target of a channel over both. Since 1.82, grpc-java takes such a list
	 * only with {@code GRPC_ENABLE_RFC3986_URIS=false}.
	 */
	String target() {
		return this.instances.stream().map(Instance::address).collect(Collectors.joining(",", "static://", ""));
	}

	String jdbcUrl() {
		return this.databases.jdbcUrl();
	}

	@Override
	public synchronized void close() throws IOException {
		if (this.closed) {
			return;
		}
		this.closed = true;
		this.instances.parallelStream().forEach(Instance::close);
		this.databases.close();
	}

	@Override
	public String toString() {
		return this.databases + "; logs in " + this.logs;
	}

}
