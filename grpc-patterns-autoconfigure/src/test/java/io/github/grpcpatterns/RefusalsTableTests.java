/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.grpcpatterns.internal.settings.SettingException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of refusals in {@code docs/refusals.md} is complete: it has the reason of
 * each {@link SettingException} and the beginning of each report.
 */
class RefusalsTableTests {

	private static final Path MAIN = Path.of("src", "main", "java");

	/** A statement that makes a report: what a user reads starts upper-case. */
	private static final Pattern REPORT = Pattern
		.compile("new (?:SettingException|FailureAnalysis)\\((?:(?!\\);).)*\\);", Pattern.DOTALL);

	private static final Pattern SENTENCE = Pattern.compile("(?:new SettingException\\([^\"]*(?:\"[^\"]*\"[^\"]*?)?"
			+ "|new FailureAnalysis\\(\\s*)\"([A-Z][^\"]* [^\"]*)\"", Pattern.DOTALL);

	@Test
	void theReasonOfEachRefusalIsInTheTable() throws IOException {
		String table = words(Files.readString(Path.of("..", "docs", "refusals.md")));
		List<String> sentences = sources().flatMap(RefusalsTableTests::sentences).toList();
		assertThat(sentences).hasSizeGreaterThan(25).allSatisfy((sentence) -> assertThat(table).contains(sentence));
	}

	@Test
	void eachReportThatIsRegisteredHasItsOwnClass() throws IOException {
		String factories = Files.readString(Path.of("src", "main", "resources", "META-INF", "spring.factories"));
		try (Stream<Path> files = Files.walk(MAIN)) {
			assertThat(files.map((file) -> file.getFileName().toString())
				.filter((name) -> name.endsWith("FailureAnalyzer.java"))
				.map((name) -> name.replace(".java", ""))).isNotEmpty()
				.allSatisfy((name) -> assertThat(factories).contains("." + name));
		}
	}

	private static Stream<String> sources() throws IOException {
		try (Stream<Path> files = Files.walk(MAIN)) {
			return files.filter((file) -> file.toString().endsWith(".java")).map((file) -> {
				try {
					return Files.readString(file);
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			}).toList().stream();
		}
	}

	private static Stream<String> sentences(String source) {
		return REPORT.matcher(source)
			.results()
			.map(MatchResult::group)
			.flatMap((statement) -> SENTENCE.matcher(statement).results())
			.map((result) -> words(result.group(1)))
			.filter((sentence) -> !sentence.startsWith("Change or remove"))
			.map(RefusalsTableTests::beginning);
	}

	/**
	 * Later words may differ from case to case.
	 */
	private static String beginning(String sentence) {
		return Stream.of(sentence.split(" ")).limit(5).collect(Collectors.joining(" "));
	}

	private static String words(String text) {
		return text.replace("\\n", " ").replaceAll("[`:]", "").replaceAll("\\s+", " ").strip();
	}

}
