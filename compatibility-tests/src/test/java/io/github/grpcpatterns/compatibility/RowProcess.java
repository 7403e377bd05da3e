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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.grpcpatterns.compatibility.row.RowMain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs tests of the package {@code row} in a process of its own, with nothing but the
 * row's class path.
 *
 * @param name what output, reports and summary are called
 * @param row the row
 * @param jdk the JDK
 * @param options more options of the JVM
 * @param tests the classes without their package, none for all
 */
record RowProcess(String name, Row row, Jdk jdk, List<String> options, List<String> tests) {

	/** A run takes half a minute; this ends one that hangs. */
	private static final int MINUTES = 5;

	void run() {
		assertThat(this.row.classPath()).as("our artifacts are those of this build, packaged")
			.filteredOn((path) -> path.getFileName().toString().startsWith("grpc-patterns-"))
			.hasSizeBetween(2, 3)
			.allSatisfy((path) -> assertThat(path).isRegularFile().hasExtension("jar"))
			.allSatisfy((path) -> assertThat(path.getParent()).hasFileName("target"));
		Path output = Row.DIRECTORY.resolve(this.name + "-output.txt");
		List<String> command = new ArrayList<>(
				List.of(this.jdk.java().toString(), "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
		command.addAll(this.options);
		command.addAll(List.of("-cp", classPath(), RowMain.class.getName(), this.name));
		command.addAll(this.tests);
		long start = System.nanoTime();
		Process process = null;
		try {
			process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
			boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
			String summary = summary();
			System.out.printf("%s: %s (%d s with its start)%n", this, summary,
					TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
			assertThat(ended).as("the run ended; see %s", output).isTrue();
			assertThat(process.exitValue()).as("%s; see %s", summary, output).isZero();
		}
		catch (IOException ex) {
			throw new IllegalStateException("cannot run " + command.get(0), ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			if (process != null) {
				process.destroyForcibly();
			}
		}
	}

	private String classPath() {
		return Stream.concat(Stream.of(Path.of("target/test-classes").toAbsolutePath()), this.row.classPath().stream())
			.map(Path::toString)
			.collect(Collectors.joining(File.pathSeparator));
	}

	private String summary() throws IOException {
		Path file = Row.DIRECTORY.resolve(this.name + ".txt");
		return Files.exists(file) ? Files.readString(file).strip() : "no result";
	}

	@Override
	public String toString() {
		return this.name.replaceFirst("-jdk(\\d+)$", " on JDK $1");
	}

}
