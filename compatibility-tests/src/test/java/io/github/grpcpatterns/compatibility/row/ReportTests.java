/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The report of the policies, in a process of its own that it ends. The ports are taken:
 * the start would fail if it opened one.
 */
class ReportTests {

	@TempDir
	private Path directory;

	@Test
	void theReportIsWrittenAndTheProcessEnds() throws Exception {
		assertThat(exitCode("grpc.patterns.server.deadline.max=90s")).as(output()).isZero();
		String json = Files.readString(this.directory.resolve("policy.json"));
		assertThat(JsonPath.<List<String>>read(json, "$.methods[*].method")).isSorted()
			.contains(App.PING + "Ping", "grpc.health.v1.Health/Check");
		assertThat(JsonPath.<List<String>>read(json,
				"$.methods[?(@.method == '" + App.PING + "Ping')].settings['deadline.max'].value"))
			.containsExactly("90s");
	}

	@Test
	void aStartThatFailsWritesNothing() throws Exception {
		assertThat(exitCode("grpc.patterns.server.stream.idle-timeuot=5m")).as(output()).isOne();
		assertThat(this.directory.resolve("policy.json")).doesNotExist();
	}

	private int exitCode(String setting) throws Exception {
		try (ServerSocket http = socket(); ServerSocket grpc = socket()) {
			String port = Stack.PRESENT.properties()
				.keySet()
				.stream()
				.filter((name) -> name.endsWith("grpc.server.port"))
				.findFirst()
				.orElseThrow();
			Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
					"-XX:TieredStopAtLevel=1", "-cp", classPath(), Reported.class.getName(), App.KEYS, setting,
					"server.port=" + http.getLocalPort(), port + "=" + grpc.getLocalPort(),
					"grpc.patterns.report=policy.json")
				.directory(this.directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(this.directory.resolve("output.txt").toFile())
				.start();
			try {
				assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("the process ends").isTrue();
				return process.exitValue();
			}
			finally {
				process.destroyForcibly();
			}
		}
	}

	private String output() throws IOException {
		Path output = this.directory.resolve("output.txt");
		return Files.exists(output) ? Files.readString(output) : "";
	}

	private static ServerSocket socket() throws IOException {
		return new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
	}

	private static String classPath() {
		return String.join(File.pathSeparator,
				Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
					.map((entry) -> Path.of(entry).toAbsolutePath().toString())
					.toList());
	}

	/**
	 * The application of the other tests, in a process of its own.
	 */
	static final class Reported {

		private Reported() {
		}

		public static void main(String[] args) {
			App.run(WebApplicationType.SERVLET, new Class<?>[] { Stack.PRESENT.configuration(), App.Ping.class }, args);
		}

	}

}
