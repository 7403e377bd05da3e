/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Runs those tests that a variant of a row can change, on one JDK each: the calls and
 * their ends, on every pattern.
 */
class VariantsIT {

	private static final List<String> CALLS = List.of("AuthTests", "ErrorTests", "StreamTests");

	static Stream<Variant> variants() {
		List<Row> rows = Row.all();
		return rows.stream().flatMap(VariantsIT::variants);
	}

	private static Stream<Variant> variants(Row row) {
		if (row.name().endsWith("-servlet")) {
			return Stream.of(new Variant(row, "", 17, List.of(), List.of("ServletTests")));
		}
		if (row.name().endsWith("-security")) {
			return Stream.of(new Variant(row, "", 17, List.of(), and("SecurityTests")));
		}
		if (row.name().endsWith("-tracer")) {
			return Stream.of(new Variant(row, "", 17, List.of(), and("TraceTests")));
		}
		if (row.name().endsWith("-boot-4.1")) {
			return Stream.of(new Variant(row, "-virtual", 25, List.of("-Dspring.threads.virtual.enabled=true"), CALLS));
		}
		return Stream.empty();
	}

	/**
	 * And what only this variant can run.
	 */
	private static List<String> and(String tests) {
		return Stream.concat(CALLS.stream(), Stream.of(tests)).toList();
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource("variants")
	void theTestsOfTheVariantPass(Variant variant) {
		Jdk jdk = Jdk.found().stream().filter((found) -> found.version() == variant.jdk()).findFirst().orElse(null);
		assumeThat(jdk).as("JDK %d on this machine", variant.jdk()).isNotNull();
		new RowProcess(variant.name(), variant.row(), jdk, variant.options(), variant.tests()).run();
		assertThat(Row.DIRECTORY.resolve(variant.name() + ".txt")).content().contains("Skipped: 0");
	}

	/**
	 * A row that differs from a row of {@link RowsIT} in one thing.
	 *
	 * @param suffix what is different, where the row's own name does not say it
	 * @param options more options of the JVM
	 * @param tests the classes to run
	 */
	private record Variant(Row row, String suffix, int jdk, List<String> options, List<String> tests) {

		String name() {
			return this.row.name() + this.suffix + "-jdk" + this.jdk;
		}

		@Override
		public String toString() {
			return this.row.name() + this.suffix + " on JDK " + this.jdk;
		}

	}

}
