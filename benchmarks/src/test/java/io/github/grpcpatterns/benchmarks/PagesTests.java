/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Pages}.
 */
class PagesTests {

	private static final Path DOCS = Path.of("../docs");

	/** After a change by hand, {@code java -jar … pages} writes them again. */
	@Test
	void pagesAndPictureShowTheResultsInTheRepository() throws IOException {
		Map<Path, String> expected = Pages.contents(Results.read(Path.of("results/results.json")), DOCS);
		assertThat(expected).hasSize(3);
		for (Map.Entry<Path, String> file : expected.entrySet()) {
			assertThat(file.getKey()).hasContent(file.getValue());
		}
	}

	@Test
	void everyFigureHasItsCommandBesideIt() throws IOException {
		for (String page : List.of("performance.md", "grpc-or-rest.md")) {
			String text = Files.readString(DOCS.resolve(page));
			assertThat(text.split("<!-- figures:", -1)).hasSameSizeAs(text.split("`java -jar ", -1))
				.hasSizeGreaterThan(3);
		}
	}

	@Test
	void numbersHaveThreeDigitsThatCount() {
		assertThat(List.of(0.001, 0.1234, 1.234, 12.34, 123.4, 12345.6, 12345)).extracting(Results.Table::text)
			.containsExactly("0", "0.12", "1.23", "12.3", "123", "12,346", "12,345");
	}

}
