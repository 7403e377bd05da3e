/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file of {@code rows/}, with the class path that the build resolved for it.
 *
 * @param name the file's name without {@code .xml}
 * @param classPath the artifacts of a consumer with that pom, in order
 */
record Row(String name, List<Path> classPath) {

	/** Where the build leaves class paths, and a run its report. */
	static final Path DIRECTORY = Path.of("target/rows").toAbsolutePath();

	private static final String SUFFIX = ".classpath";

	/** Suffixes of rows that differ from another row in one thing: see VariantsIT. */
	private static final List<String> VARIANTS = List.of("-security", "-servlet", "-tracer");

	boolean isVariant() {
		return VARIANTS.stream().anyMatch(this.name::endsWith);
	}

	static List<Row> all() {
		try (Stream<Path> files = Files.list(DIRECTORY)) {
			return files.filter((file) -> file.toString().endsWith(SUFFIX)).sorted().map(Row::read).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Row read(Path file) {
		String name = file.getFileName().toString();
		try {
			return new Row(name.substring(0, name.length() - SUFFIX.length()),
					Files.readAllLines(file).stream().map(Path::of).toList());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public String toString() {
		return this.name;
	}

}
