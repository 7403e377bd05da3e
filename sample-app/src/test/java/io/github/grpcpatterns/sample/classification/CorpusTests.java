/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.grpcpatterns.sample.classification.Corpus.Document;
import io.github.grpcpatterns.sample.classification.v1.DocumentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link Corpus} and for what is in it.
 */
class CorpusTests {

	@Test
	void everyTypeHasAtLeastFortyDocuments() throws Exception {
		assertThat(Corpus.load("classpath:corpus")
			.documents()
			.stream()
			.collect(Collectors.groupingBy(Document::type, Collectors.counting()))).hasSize(5)
			.doesNotContainKey(DocumentType.DOCUMENT_TYPE_UNSPECIFIED)
			.allSatisfy((type, count) -> assertThat(count).isGreaterThanOrEqualTo(40));
	}

	@Test
	void noDocumentIsThereTwice() throws Exception {
		assertThat(Stream.of("classpath*:corpus*", "classpath*:heldout*").flatMap(CorpusTests::documents))
			.extracting(Document::text)
			.hasSizeGreaterThan(350)
			.doesNotHaveDuplicates();
	}

	@Test
	void directoryThatIsNoTypeIsRefused(@TempDir Path directory) throws Exception {
		Files.createDirectory(directory.resolve("poem"));
		Files.writeString(directory.resolve("poem/01.txt"), "roses are red");
		assertThatIllegalStateException().isThrownBy(() -> Corpus.load("file:" + directory))
			.withMessage("corpus: directory poem (expected: the name of a type)");
	}

	@Test
	void emptyDirectoryIsRefused(@TempDir Path directory) {
		assertThatIllegalStateException().isThrownBy(() -> Corpus.load("file:" + directory))
			.withMessageStartingWith("corpus: no documents at file:");
	}

	private static Stream<Document> documents(String location) {
		try {
			return Corpus.load(location).documents().stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
