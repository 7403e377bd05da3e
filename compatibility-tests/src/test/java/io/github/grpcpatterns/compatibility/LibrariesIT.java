/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.grpcpatterns.compatibility.row.CallsMain;
import io.github.grpcpatterns.testing.TestTokens;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Starts a consumer of each stack without one of the optional libraries, in a process of
 * its own: it serves and makes calls of each kind, or the start fails and the report
 * names the artifact and a switch with which it starts.
 */
class LibrariesIT {

	private static final List<String> ROWS = List.of("net-devh-boot-4.1", "spring-grpc-boot-4.1");

	/**
	 * Without them the start fails: group and artifact, and the patterns that need it.
	 */
	private static final Map<String, List<String>> NEEDED = Map.ofEntries(
			entry("com.bucket4j:bucket4j_jdk17-core", List.of("server.rate-limit", "server.stream")),
			entry("com.github.ben-manes.caffeine:caffeine",
					List.of("server.auth", "server.rate-limit", "server.stream")),
			entry("com.google.re2j:re2j", List.of("server.validation")),
			entry("com.nimbusds:nimbus-jose-jwt", List.of("server.auth")),
			entry("dev.cel:cel", List.of("server.validation")),
			entry("io.github.resilience4j:resilience4j-core", List.of("client.retry")),
			entry("io.github.resilience4j:resilience4j-retry", List.of("client.retry")),
			entry("io.micrometer:micrometer-core", List.of("client.metrics", "server.metrics")),
			entry("org.springframework.security:spring-security-core", List.of("server.auth")),
			entry("org.springframework.security:spring-security-oauth2-core", List.of("server.auth")),
			entry("org.springframework.security:spring-security-oauth2-jose", List.of("server.auth")));

	private static final List<String> NOT_NEEDED = List.of("build.buf:protovalidate",
			"io.github.resilience4j:resilience4j-micrometer", "io.micrometer:micrometer-registry-prometheus",
			"org.springframework.boot:spring-boot-actuator-autoconfigure",
			"org.springframework.boot:spring-boot-health");

	private static final Pattern SWITCH = Pattern.compile("grpc\\.patterns\\.(\\S+)\\.enabled=false");

	private static final Map<Consumer, CompletableFuture<String>> RUNS = new LinkedHashMap<>();

	private static ExecutorService runners;

	@BeforeAll
	static void start() {
		runners = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors() + 1);
		Stream.concat(consumersThatNeedIt(), consumersThatDoNot())
			.forEach((consumer) -> RUNS.put(consumer, CompletableFuture.supplyAsync(consumer::run, runners)));
	}

	@AfterAll
	static void stop() {
		runners.shutdownNow();
	}

	static Stream<Consumer> consumersThatNeedIt() {
		return consumers(NEEDED.keySet().stream().sorted().toList());
	}

	static Stream<Consumer> consumersThatDoNot() {
		return consumers(NOT_NEEDED);
	}

	private static Stream<Consumer> consumers(List<String> artifacts) {
		return Row.all()
			.stream()
			.filter((row) -> ROWS.contains(row.name()))
			.flatMap((row) -> artifacts.stream().map((artifact) -> new Consumer(row, artifact)));
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource("consumersThatDoNot")
	void withoutWhatNoPatternNeedsAllCallsAreAnswered(Consumer consumer) {
		assertThat(RUNS.get(consumer).join()).contains(CallsMain.DONE);
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource("consumersThatNeedIt")
	void withoutWhatAPatternNeedsTheStartSaysSoAndItsSwitchesHelp(Consumer consumer) {
		String output = RUNS.get(consumer).join();
		assertThat(output).contains("APPLICATION FAILED TO START", " needs " + consumer.artifact())
			.doesNotContain(CallsMain.DONE);
		List<String> switches = SWITCH.matcher(output).results().map(MatchResult::group).toList();
		assertThat(switches).containsExactlyInAnyOrderElementsOf(NEEDED.get(consumer.artifact())
			.stream()
			.map((pattern) -> "grpc.patterns." + pattern + ".enabled=false")
			.toList());
		assertThat(consumer.run(switches.toArray(String[]::new))).contains(CallsMain.DONE);
	}

	/**
	 * A consumer that excludes an artifact.
	 *
	 * @param artifact group and artifact
	 */
	private record Consumer(Row row, String artifact) {

		String run(String... settings) {
			List<Path> without = this.row.classPath().stream().filter((jar) -> !excluded(jar)).toList();
			assertThat(without).as("the row has %s", this.artifact).hasSize(this.row.classPath().size() - 1);
			List<String> command = new ArrayList<>(List.of(Jdk.found().get(0).java().toString(), "-Xmx256m",
					"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
					Stream.concat(Stream.of(Path.of("target/test-classes").toAbsolutePath()), without.stream())
						.map(Path::toString)
						.collect(Collectors.joining(File.pathSeparator)),
					CallsMain.class.getName(), TestTokens.of("alice")));
			command.addAll(List.of(settings));
			try {
				Path output = Files.createTempFile("without", ".txt");
				Process process = new ProcessBuilder(command).redirectErrorStream(true)
					.redirectOutput(output.toFile())
					.start();
				if (!process.waitFor(2, TimeUnit.MINUTES)) {
					process.destroyForcibly();
				}
				String printed = Files.readString(output);
				Files.delete(output);
				return printed;
			}
			catch (IOException ex) {
				throw new IllegalStateException("cannot run " + command.get(0), ex);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException(ex);
			}
		}

		/** As the directories of a repository say. */
		private boolean excluded(Path jar) {
			String[] names = this.artifact.split(":");
			return jar.getParent().getParent().endsWith(names[0].replace('.', '/') + "/" + names[1]);
		}

		@Override
		public String toString() {
			return this.row + " without " + this.artifact;
		}

	}

}
