/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.scaleout;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.sample.SampleApplication;
import io.github.grpcpatterns.sample.SampleInstance;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import org.awaitility.Awaitility;

/**
 * The sample in a process of its own, on the same ports each time that it is started.
 */
final class Instance implements AutoCloseable {

	private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

	private final String name;

	private final List<String> arguments;

	private final int grpcPort = SampleInstance.freePort();

	private final int httpPort = SampleInstance.freePort();

	private final File log;

	private Process process;

	Instance(String name, Path logs, List<String> arguments) throws IOException {
		this.name = name;
		this.arguments = arguments;
		this.log = logs.resolve(name + ".log").toFile();
		this.process = launch();
	}

	private Process launch() throws IOException {
		List<String> command = new ArrayList<>(List.of(JAVA, "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp",
				System.getProperty("java.class.path"), SampleApplication.class.getName(),
				"--grpc.server.port=" + this.grpcPort, "--server.port=" + this.httpPort));
		command.addAll(this.arguments);
		return new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(this.log))
			.start();
	}

	/**
	 * Wait until its health says that it serves.
	 */
	Instance await() {
		ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", this.grpcPort).usePlaintext().build();
		try {
			HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
			Awaitility.await(this + " serves, see " + this.log)
				.atMost(Duration.ofMinutes(2))
				.until(() -> serves(health));
		}
		finally {
			channel.shutdownNow();
		}
		return this;
	}

	private boolean serves(HealthGrpc.HealthBlockingStub health) {
		if (!this.process.isAlive()) {
			throw new IllegalStateException(this + " ended with " + this.process.exitValue() + ", see " + this.log);
		}
		try {
			return health.withDeadlineAfter(Duration.ofSeconds(1))
				.check(HealthCheckRequest.getDefaultInstance())
				.getStatus() == ServingStatus.SERVING;
		}
		catch (StatusRuntimeException ex) {
			return false;
		}
	}

	/**
	 * Let it vanish, as with its machine.
	 */
	void kill() {
		this.process.destroyForcibly().onExit().join();
	}

	/**
	 * Ask it to end, as Kubernetes does.
	 */
	void stop() {
		this.process.destroy();
		this.process.onExit().join();
	}

	void restart() throws IOException {
		this.process = launch();
	}

	String name() {
		return this.name;
	}

	String address() {
		return "127.0.0.1:" + this.grpcPort;
	}

	String page() {
		return "http://127.0.0.1:" + this.httpPort;
	}

	/**
	 * Return how many unary calls it has answered since it was started.
	 */
	long calls() throws IOException {
		HttpRequest request = HttpRequest.newBuilder(URI.create(page() + "/actuator/prometheus")).build();
		try {
			return Math.round(HttpClient.newHttpClient()
				.send(request, BodyHandlers.ofLines())
				.body()
				.filter((line) -> line.startsWith("rpc_server_call_duration_seconds_count"))
				.mapToDouble((line) -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
				.sum());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
				kill();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public String toString() {
		return this.name + " (gRPC " + address() + ", " + page() + ")";
	}

}
