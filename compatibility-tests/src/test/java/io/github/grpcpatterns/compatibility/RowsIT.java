package io.github.grpcpatterns.compatibility;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.grpcpatterns.compatibility.row.RowMain;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Runs the tests of the package {@code row} in a process of its own for each row and JDK,
 * with nothing but the row's class path.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RowsIT {

	/** A run takes half a minute; this ends one that hangs. */
	private static final int MINUTES = 5;

	static Stream<Arguments> rowsAndJdks() {
		return Jdk.WANTED.stream().flatMap((version) -> Row.all().stream().map((row) -> Arguments.of(row, version)));
	}

	@ParameterizedTest(name = "{0} on JDK {1}")
	@MethodSource("rowsAndJdks")
	@Order(1)
	void passes(Row row, int version) throws Exception {
		List<Jdk> jdks = Jdk.found();
		Jdk jdk = jdks.stream().filter((found) -> found.version() == version).findFirst().orElse(null);
		if (jdk == null && jdks.stream().noneMatch((found) -> Jdk.WANTED.contains(found.version()))
				&& version == Jdk.WANTED.get(0)) {
			jdk = jdks.get(0);
		}
		if (jdk == null) {
			System.out.printf("%s: left out, there is no JDK %d here (looked at %s)%n", row, version, Jdk.PLACES);
		}
		assumeThat(jdk).as("JDK %d on this machine", version).isNotNull();
		run(row, jdk);
	}

	private static void run(Row row, Jdk jdk) throws IOException, InterruptedException {
		assertThat(row.classPath()).as("our artifacts are those of this build, packaged")
			.filteredOn((path) -> path.getFileName().toString().startsWith("grpc-patterns-"))
			.hasSize(2)
			.allSatisfy((path) -> assertThat(path).isRegularFile().hasExtension("jar"))
			.allSatisfy((path) -> assertThat(path.getParent()).hasFileName("target"));
		String name = row.name() + "-jdk" + jdk.version();
		Path output = Row.DIRECTORY.resolve(name + "-output.txt");
		List<String> command = new ArrayList<>(List.of(jdk.java().toString(), "-Xmx512m", "-XX:TieredStopAtLevel=1",
				"-XX:+UseSerialGC", "-cp", classPath(row), RowMain.class.getName(), name));
		long start = System.nanoTime();
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		try {
			boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
			System.out.printf("%s on %s: %s in %d s%n", row, jdk, summary(name),
					TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
			assertThat(ended).as("the run ended; see %s", output).isTrue();
			assertThat(process.exitValue()).as("%s; see %s", summary(name), output).isZero();
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static String classPath(Row row) {
		return Stream.concat(Stream.of(Path.of("target/test-classes").toAbsolutePath()), row.classPath().stream())
			.map(Path::toString)
			.collect(Collectors.joining(File.pathSeparator));
	}

	private static String summary(String name) throws IOException {
		Path file = Row.DIRECTORY.resolve(name + ".txt");
		return Files.exists(file) ? Files.readString(file).strip() : "no result";
	}

}
