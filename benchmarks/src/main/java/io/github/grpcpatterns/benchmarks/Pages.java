/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes results into the pages of the manual: the table {@code x} between
 * {@code <!-- figures:x -->} and {@code <!-- /figures -->}, and the picture.
 */
final class Pages {

	private static final List<String> PAGES = List.of("performance.md", "grpc-or-rest.md");

	private static final Pattern FIGURES = Pattern.compile("<!-- figures:([\\w-]+) -->\n.*?<!-- /figures -->",
			Pattern.DOTALL);

	private Pages() {
	}

	/**
	 * Write the files that differ from the results.
	 */
	static void write(Results results, Path docs) throws IOException {
		for (Map.Entry<Path, String> file : contents(results, docs).entrySet()) {
			Files.writeString(file.getKey(), file.getValue());
		}
	}

	/**
	 * Return what the files hold with these results.
	 */
	static Map<Path, String> contents(Results results, Path docs) throws IOException {
		Map<Path, String> contents = new LinkedHashMap<>();
		for (String page : PAGES) {
			Path file = docs.resolve(page);
			contents.put(file, fill(Files.readString(file), results));
		}
		contents.put(docs.resolve("performance.svg"), Picture.of(results));
		return contents;
	}

	private static String fill(String page, Results results) {
		return FIGURES.matcher(page)
			.replaceAll((figures) -> Matcher.quoteReplacement("<!-- figures:" + figures.group(1) + " -->\n"
					+ results.table(figures.group(1)).markdown() + "<!-- /figures -->"));
	}

}
