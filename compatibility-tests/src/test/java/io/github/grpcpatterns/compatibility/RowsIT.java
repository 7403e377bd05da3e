/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Runs the tests of the package {@code row} in a process of its own for each row and JDK,
 * with nothing but the row's class path, and compares what the rows show of themselves.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RowsIT {

	private static final Map<Run, CompletableFuture<Void>> RUNS = new LinkedHashMap<>();

	private static ExecutorService runners;

	/**
	 * Start all of them. A run waits about as long as it computes, so there is one more
	 * at a time than there are processors.
	 */
	@BeforeAll
	static void start() {
		runners = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors() + 1);
		runs().filter((run) -> run.jdk() != null)
			.forEach((run) -> RUNS.put(run, CompletableFuture.runAsync(run::start, runners)));
	}

	@AfterAll
	static void stop() {
		runners.shutdownNow();
	}

	static Stream<Run> runs() {
		List<Jdk> jdks = Jdk.found();
		boolean other = jdks.stream().noneMatch((jdk) -> Jdk.WANTED.contains(jdk.version()));
		return Jdk.WANTED.stream()
			.flatMap(
					(version) -> Row.all()
						.stream()
						.filter((row) -> !row.isVariant())
						.map((row) -> new Run(row, version, jdks.stream()
							.filter((jdk) -> jdk.version() == version || (other && version.equals(Jdk.WANTED.get(0))))
							.findFirst()
							.orElse(null))));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("runs")
	@Order(1)
	void theTestsOfTheRowPass(Run run) {
		if (run.jdk() == null) {
			System.out.printf("%s: left out, there is no JDK %d here (expected in one of: %s)%n", run, run.version(),
					Jdk.PLACES);
		}
		assumeThat(run.jdk()).as("JDK %d on this machine", run.version()).isNotNull();
		try {
			RUNS.get(run).join();
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof AssertionError failed) {
				throw failed;
			}
			throw ex;
		}
	}

	@Test
	@Order(2)
	void theLineAtTheStartIsTheSameButForTheStacksName() {
		assertSame("start-line.txt", (line) -> line.replaceFirst("^grpc-patterns on [^;]*;", "grpc-patterns on …;"));
	}

	/**
	 * net.devh serves an older version of reflection.
	 */
	@Test
	@Order(3)
	void theEndpointIsTheSameButForTheVersionOfReflection() {
		assertSame("endpoint.json", (json) -> json.replace("grpc.reflection.v1alpha.ServerReflection",
				"grpc.reflection.v1.ServerReflection"));
	}

	@Test
	@Order(4)
	void theMetersAreTheSame() {
		assertSame("meters.txt", (meters) -> meters.replace("grpc.reflection.v1alpha.ServerReflection",
				"grpc.reflection.v1.ServerReflection"));
	}

	private static void assertSame(String report, java.util.function.UnaryOperator<String> masked) {
		Map<String, List<String>> runs = new LinkedHashMap<>();
		RUNS.keySet().forEach((run) -> {
			Path file = Row.DIRECTORY.resolve(run.name()).resolve(report);
			String text = Files.exists(file) ? masked.apply(text(file)) : "none";
			runs.computeIfAbsent(text, (key) -> new ArrayList<>()).add(run.name());
		});
		assertThat(runs.keySet()).as("%s, in the groups %s", report, runs.values()).hasSize(1).doesNotContain("none");
	}

	private static String text(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A row on a JDK.
	 *
	 * @param jdk the JDK, or {@code null} where the machine has none of this version
	 */
	private record Run(Row row, int version, Jdk jdk) {

		String name() {
			return this.row.name() + "-jdk" + this.version;
		}

		void start() {
			new RowProcess(name(), this.row, this.jdk, List.of(), List.of()).run();
		}

		@Override
		public String toString() {
			return this.row + " on " + ((this.jdk != null) ? this.jdk : "JDK " + this.version);
		}

	}

}
