/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The README and the pages of {@code docs}, as they are in the repository, and their
 * snippets.
 */
final class Pages {

	static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private Pages() {
	}

	static List<Path> all() {
		try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
			return Stream.concat(Stream.of(ROOT.resolve("README.md")), docs.sorted())
				.filter((page) -> page.toString().endsWith(".md"))
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static List<String> lines(Path page) {
		try {
			return Files.readAllLines(page);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static Stream<Snippet> snippets(String language) {
		return all().stream()
			.flatMap((page) -> snippets(page).stream())
			.filter((snippet) -> snippet.language.equals(language));
	}

	private static List<Snippet> snippets(Path page) {
		List<Snippet> found = new ArrayList<>();
		List<String> lines = lines(page);
		int start = -1;
		for (int i = 0; i < lines.size(); i++) {
			if (!lines.get(i).strip().startsWith("```")) {
				continue;
			}
			if (start < 0) {
				start = i;
				continue;
			}
			String before = (start > 0) ? lines.get(start - 1).strip() : "";
			found.add(new Snippet(ROOT.relativize(page) + ":" + (start + 1),
					lines.get(start).strip().substring(3).strip(), before,
					String.join("\n", lines.subList(start + 1, i)) + "\n"));
			start = -1;
		}
		return found;
	}

	/**
	 * A fenced block of a page.
	 *
	 * @param where page and line of the opening fence
	 * @param language what follows the fence, or an empty text
	 * @param before the line before the fence
	 * @param text the content
	 */
	record Snippet(String where, String language, String before, String text) {

		@Override
		public String toString() {
			return this.where;
		}

	}

}
