/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.util.NoSuchElementException;

import com.google.rpc.BadRequest.FieldViolation;
import io.github.grpcpatterns.sample.classification.v1.ClassificationResult;
import io.github.grpcpatterns.sample.classification.v1.ClassifyRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyResponse;
import io.github.grpcpatterns.sample.classification.v1.DocumentType;
import io.grpc.Status.Code;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Classifier}.
 */
class ClassifierTests {

	private static final String INVOICE = "INVOICE no. 17. Amount due 120.00 within 30 days.";

	private final Classifier classifier = new Classifier(TestModel.INSTANCE);

	@Test
	void answerNamesTheDocumentAndTheModel() {
		ClassifyResponse response = this.classifier.classify(request(INVOICE).setDocumentId("doc-1").build(), true);
		assertThat(response.getDocumentId()).isEqualTo("doc-1");
		assertThat(response.getModelVersion()).isEqualTo(TestModel.INSTANCE.version());
		assertThat(response.getProcessingTimeMs()).isNotNegative();
		ClassificationResult best = response.getResults(0);
		assertThat(best.getDocumentType()).isEqualTo(DocumentType.DOCUMENT_TYPE_INVOICE);
		assertThat(best.getConfidence()).isBetween(0.5f, 1f);
		assertThat(best.getKeywordsList()).contains("invoice");
	}

	@ParameterizedTest
	@CsvSource({ "0, 3", "1, 1", "5, 5", "2147483647, 5" })
	void resultsAreLimited(int maxResults, int expected) {
		ClassifyRequest request = request(INVOICE).setMaxResults(maxResults).build();
		assertThat(this.classifier.refusal(request)).isEmpty();
		assertThat(this.classifier.classify(request, true).getResultsList()).hasSize(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " \t\n", "\u2003" })
	void blankTextIsRefused(String text) {
		assertRefused(request(text), "text", "must not be blank");
	}

	@Test
	void textIsMeasuredInCodePoints() {
		assertThat(this.classifier.refusal(request("\uD83D\uDCC4".repeat(100_000)).build())).isEmpty();
		assertRefused(request("x".repeat(100_001)), "text", "must not be longer than 100000 characters");
	}

	@Test
	void longestTextIsClassified() {
		String text = (INVOICE + "\n").repeat(100_000).substring(0, 100_000);
		assertThat(this.classifier.classify(request(text).build(), true).getResults(0).getDocumentType())
			.isEqualTo(DocumentType.DOCUMENT_TYPE_INVOICE);
	}

	@Test
	void negativeNumberOfResultsIsRefused() {
		assertRefused(request(INVOICE).setMaxResults(-1), "max_results", "must not be negative");
	}

	@Test
	void allViolationsAreToldAtOnce() {
		Refusal refusal = this.classifier.refusal(request("").setMaxResults(-1).build()).orElseThrow();
		assertThat(refusal.violations()).extracting(FieldViolation::getField).containsExactly("text", "max_results");
		assertThat(refusal.toEvent("").getMetadataMap()).containsOnlyKeys("field").containsValue("text,max_results");
	}

	@Test
	void versionThatIsLoadedIsFoundAndAnotherIsNot() {
		assertThat(this.classifier.refusal(request(INVOICE).setModelVersion(TestModel.INSTANCE.version()).build()))
			.isEmpty();
		Refusal refusal = this.classifier.refusal(request(INVOICE).setModelVersion("opennlp-00000000").build())
			.orElseThrow();
		assertThat(refusal.code()).isEqualTo(Code.NOT_FOUND);
		assertThat(refusal.toException()).isInstanceOf(NoSuchElementException.class)
			.hasMessage("model_version is not loaded");
	}

	private void assertRefused(ClassifyRequest.Builder request, String field, String description) {
		Refusal refusal = this.classifier.refusal(request.build()).orElseThrow();
		assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(refusal.violations()).singleElement().satisfies((violation) -> {
			assertThat(violation.getField()).isEqualTo(field);
			assertThat(violation.getDescription()).isEqualTo(description);
		});
	}

	private static ClassifyRequest.Builder request(String text) {
		return ClassifyRequest.newBuilder().setText(text);
	}

}
