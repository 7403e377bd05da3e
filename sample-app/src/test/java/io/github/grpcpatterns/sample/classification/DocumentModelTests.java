/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

import io.github.grpcpatterns.sample.classification.Corpus.Document;
import io.github.grpcpatterns.sample.classification.DocumentModel.Score;
import io.github.grpcpatterns.sample.classification.v1.DocumentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Tests for {@link DocumentModel}, among them how often it is right about documents that
 * it has not been trained with.
 */
class DocumentModelTests {

	private final DocumentModel model = TestModel.INSTANCE;

	@Test
	void atLeastNineOfTenUnseenDocumentsAreRecognised() throws IOException {
		ConfusionMatrix matrix = new ConfusionMatrix();
		for (Document document : Corpus.load("classpath:corpus-heldout").documents()) {
			matrix.add(document.type(), this.model.judge(document.text(), false).get(0).type());
		}
		System.out.println(matrix);
		assertThat(matrix.accuracy()).as(matrix.toString()).isGreaterThanOrEqualTo(0.9);
	}

	/** Written when the model was finished; no document was then added to the corpus. */
	@ParameterizedTest
	@CsvSource({ "heldout, 60, 54", "heldout-hard, 30, 23" })
	void documentsThatWereWrittenLaterAreRecognised(String directory, int size, int right) throws IOException {
		ConfusionMatrix matrix = new ConfusionMatrix();
		List<Document> documents = Corpus.load("classpath:" + directory).documents();
		for (Document document : documents) {
			matrix.add(document.type(), this.model.judge(document.text(), false).get(0).type());
		}
		System.out.println(directory + System.lineSeparator() + matrix);
		assertThat(documents).hasSize(size);
		assertThat(matrix.accuracy()).as(matrix.toString()).isGreaterThanOrEqualTo((double) right / size);
	}

	@Test
	void confidencesFallAndAddUpToOne() {
		List<Score> scores = this.model.judge("Dear Ms Brown, thank you for your invoice of 3 May.", true);
		assertThat(scores).hasSize(5);
		assertThat(scores).isSortedAccordingTo((a, b) -> Double.compare(b.confidence(), a.confidence()));
		assertThat(scores.stream().mapToDouble(Score::confidence).sum()).isCloseTo(1, within(1e-9));
	}

	@Test
	void keywordsSpeakForTheirTypeAndComeFromTheText() {
		String text = "Dear Sir, enclosed is our INVOICE; the amount is due within 30 days. Yours sincerely, A. Quxley";
		List<Score> scores = this.model.judge(text, true);
		assertThat(keywords(scores, DocumentType.DOCUMENT_TYPE_INVOICE)).startsWith("invoice")
			.contains("amount", "due")
			.doesNotContain("dear", "quxley");
		assertThat(keywords(scores, DocumentType.DOCUMENT_TYPE_LETTER)).contains("dear", "sincerely")
			.doesNotContain("invoice")
			.hasSizeLessThanOrEqualTo(8);
	}

	@Test
	void withoutKeywordsThereAreNone() {
		assertThat(this.model.judge("invoice", false)).allSatisfy((score) -> assertThat(score.keywords()).isEmpty());
	}

	@Test
	void textWithoutWordsIsJudgedToo() {
		assertThat(this.model.judge("?! …", true)).hasSize(5);
	}

	@Test
	void sameCorpusMakesTheSameModelAndAnotherOneAnother() throws IOException {
		Corpus heldOut = Corpus.load("classpath:corpus-heldout");
		Corpus shorter = new Corpus(heldOut.documents().subList(1, heldOut.documents().size()));
		DocumentModel first = DocumentModel.train(heldOut);
		DocumentModel second = DocumentModel.train(heldOut);
		assertThat(first.version()).matches("opennlp-[0-9a-f]{8}").isEqualTo(second.version());
		assertThat(first.judge("Total due", true)).isEqualTo(second.judge("Total due", true));
		assertThat(DocumentModel.train(shorter).version()).isNotEqualTo(first.version());
	}

	@Test
	void manyThreadsMayJudgeAtOnce() throws IOException {
		List<Document> documents = Corpus.load("classpath:corpus-heldout").documents();
		List<List<Score>> alone = documents.stream()
			.map((document) -> this.model.judge(document.text(), true))
			.toList();
		assertThat(IntStream.range(0, documents.size() * 4)
			.parallel()
			.map((i) -> i % documents.size())
			.filter((i) -> !this.model.judge(documents.get(i).text(), true).equals(alone.get(i)))).isEmpty();
	}

	private static List<String> keywords(List<Score> scores, DocumentType type) {
		return scores.stream().filter((score) -> score.type() == type).findFirst().orElseThrow().keywords();
	}

}
