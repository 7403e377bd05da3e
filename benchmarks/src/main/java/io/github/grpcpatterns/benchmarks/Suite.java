/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.github.grpcpatterns.benchmarks.Results.Table;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the benchmarks, writes the results with the machine's facts to
 * {@code benchmarks/results}, and the pages of the manual that show them. To be started
 * in the root of the project.
 */
public final class Suite {

	private static final Path BENCHMARKS = Path.of("benchmarks");

	private static final Path RESULTS = BENCHMARKS.resolve("results");

	private static final String COMMAND = "java -jar benchmarks/target/benchmarks-0.1.0-SNAPSHOT.jar ";

	private static final Map<String, Part> PARTS = parts();

	private final boolean quick;

	private Suite(boolean quick) {
		this.quick = quick;
	}

	/**
	 * Run the suite, or parts of it.
	 * @param args {@code --quick} (short runs, results in {@code benchmarks/target/quick}
	 * and no pages) and names of parts; {@code pages} writes the pages from the results
	 * that exist
	 * @throws Exception if a part fails
	 */
	public static void main(String[] args) throws Exception {
		Set<String> names = new TreeSet<>(Arrays.asList(args));
		boolean quick = names.remove("--quick");
		boolean pagesOnly = names.remove("pages") && names.isEmpty();
		if (!PARTS.keySet().containsAll(names)) {
			System.err.printf("%s (expected: --quick, pages, or any of %s)%n", names, PARTS.keySet());
			System.exit(1);
		}
		Path directory = quick ? BENCHMARKS.resolve("target/quick") : RESULTS;
		if (!pagesOnly) {
			for (Map.Entry<String, Part> part : PARTS.entrySet()) {
				if (names.isEmpty() || names.contains(part.getKey())) {
					run(part.getKey(), part.getValue(), quick, directory);
				}
			}
		}
		if (!quick) {
			Results results = Results.read(RESULTS.resolve("results.json"));
			results.write(RESULTS);
			Pages.write(results, Path.of("docs"));
		}
		System.exit(0);
	}

	/**
	 * Each part is written when it has ended, so that nothing is lost where one fails.
	 */
	private static void run(String name, Part part, boolean quick, Path directory) throws Exception {
		long start = System.nanoTime();
		Map<String, String> machine = Machine.facts();
		Map<String, Table> tables = new LinkedHashMap<>();
		part.run(new Suite(quick), (table, columns, rows) -> tables.put(table,
				new Table(COMMAND + (quick ? "--quick " : "") + name, machine, columns, rows)));
		Results.read(directory.resolve("results.json")).with(tables).write(directory);
		tables.forEach((table, value) -> System.out.println("## " + table + "\n\n" + value.markdown()));
		System.out.printf("%s took %d s, results are in %s%n%n", name, (System.nanoTime() - start) / 1_000_000_000,
				directory);
	}

	private static Map<String, Part> parts() {
		Map<String, Part> parts = new LinkedHashMap<>();
		parts.put("chain", (suite, out) -> suite.jmh(ChainBenchmark.class, "patterns", out));
		parts.put("client", (suite, out) -> suite.jmh(ClientChainBenchmark.class, "patterns", out));
		parts.put("lookup", (suite, out) -> suite.jmh(LookupBenchmark.class, "overrides", out));
		parts.put("server", (suite, out) -> suite.jmh(ServerChainBenchmark.class, "patterns", out));
		parts.put("streams", Suite::openStreams);
		parts.put("peers", Suite::peers);
		parts.put("messages", Suite::messages);
		parts.put("rest-or-grpc", Suite::restOrGrpc);
		return parts;
	}

	/**
	 * One table for each method of a benchmark, one row for each value of its parameter.
	 */
	private void jmh(Class<?> benchmark, String parameter, Out out) throws RunnerException {
		Map<String, List<List<Object>>> tables = new LinkedHashMap<>();
		for (RunResult result : jmh(benchmark)) {
			Result<?> primary = result.getPrimaryResult();
			tables
				.computeIfAbsent(result.getParams().getBenchmark().replaceAll(".*\\.(\\w+)\\.(\\w+)$", "$1-$2"),
						(key) -> new ArrayList<>())
				.add(List.of(result.getParams().getParam(parameter), primary.getScore(),
						Double.isNaN(primary.getScoreError()) ? "?"
								: 100 * primary.getScoreError() / primary.getScore(),
						secondary(result, CpuProfiler.NANOS), secondary(result, "gc.alloc.rate.norm")));
		}
		tables.forEach((name, rows) -> out.table(name,
				List.of(parameter, "time, ns", "± %", "CPU, ns", "allocated, bytes"), rows));
	}

	@SuppressWarnings("rawtypes") // as JMH declares it
	private static double secondary(RunResult result, String name) {
		return result.getSecondaryResults()
			.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().endsWith(name))
			.mapToDouble((entry) -> entry.getValue().getScore())
			.findFirst()
			.orElse(Double.NaN);
	}

	private Collection<RunResult> jmh(Class<?> benchmark) throws RunnerException {
		ChainedOptionsBuilder options = new OptionsBuilder().include("\\." + benchmark.getSimpleName() + "\\.")
			.addProfiler(GCProfiler.class)
			.addProfiler(CpuProfiler.class)
			.shouldFailOnError(true)
			.jvmArgs("-Xms1g", "-Xmx1g");
		if (this.quick) {
			options.warmupIterations(2)
				.warmupTime(TimeValue.milliseconds(200))
				.measurementIterations(3)
				.measurementTime(TimeValue.milliseconds(200));
		}
		return new Runner(options.build()).run();
	}

	private void openStreams(Out out) throws Exception {
		List<List<Object>> rows = new ArrayList<>();
		for (OpenStreams.Idle idle : OpenStreams.idle(this.quick ? 1000 : 10_000, this.quick ? 1 : 10)) {
			rows.add(List.of(idle.name(), idle.bytesPerStream(), idle.cpuMillis(), idle.timerMillis()));
		}
		out.table("streams", List.of("server", "heap, bytes per stream", "CPU while idle, ms", "of it the timer, ms"),
				rows);
	}

	private void peers(Out out) throws Exception {
		try (Peers peers = new Peers(BENCHMARKS)) {
			out.table("peers", List.of("server", "CPU per call, µs", "to grpc-java alone"),
					peers.measure(this.quick ? 2 : 10, this.quick ? 1 : 5, this.quick ? 1 : 3));
		}
	}

	private void messages(Out out) throws IOException, RunnerException {
		out.table("sizes", List.of("message", "JSON, bytes", "protobuf, bytes", "JSON / protobuf",
				"JSON in gzip, bytes", "protobuf in gzip, bytes"), RestOrGrpc.sizes());
		Map<String, Map<String, Double>> times = new LinkedHashMap<>();
		for (RunResult result : jmh(CodecBenchmark.class)) {
			times.computeIfAbsent(result.getParams().getParam("message"), (key) -> new LinkedHashMap<>())
				.put(result.getParams().getBenchmark().replaceAll(".*\\.", ""), secondary(result, CpuProfiler.NANOS));
		}
		List<List<Object>> rows = new ArrayList<>();
		times.forEach((message, time) -> {
			List<Object> row = new ArrayList<>(List.of(message));
			for (String way : List.of("Encode", "Decode")) {
				double json = time.getOrDefault("json" + way, Double.NaN);
				double protobuf = time.getOrDefault("protobuf" + way, Double.NaN);
				row.addAll(List.of(json, protobuf, json / protobuf));
			}
			rows.add(row);
		});
		out.table("codecs", List.of("message", "JSON encode, ns of CPU", "protobuf encode, ns of CPU",
				"JSON / protobuf", "JSON decode, ns of CPU", "protobuf decode, ns of CPU", "JSON / protobuf"), rows);
	}

	private void restOrGrpc(Out out) throws Exception {
		try (RestOrGrpc comparison = new RestOrGrpc(System.getProperty("java.class.path"))) {
			out.table("wire", List.of("classify call", "request, bytes", "response, bytes"), comparison.wire());
			out.table("calls",
					List.of("callers", "classify call", "calls per second", "p50, µs", "p99, µs",
							"CPU of the server per call, µs", "CPU of the client per call, µs"),
					comparison.calls(this.quick ? 1 : 4));
			out.table("streaming",
					List.of("10,000 prices", "time, ms", "CPU of the server per message, µs",
							"CPU of the client per message, µs"),
					comparison.streaming(RestOrGrpc.MESSAGES, this.quick ? 0.5 : 3));
		}
	}

	private interface Part {

		void run(Suite suite, Out out) throws Exception;

	}

	private interface Out {

		void table(String name, List<String> columns, List<List<Object>> rows);

	}

}
