/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import com.google.rpc.BadRequest.FieldViolation;
import io.github.grpcpatterns.sample.InvalidRequest;
import io.github.grpcpatterns.sample.classification.DocumentModel.Score;
import io.github.grpcpatterns.sample.classification.v1.ClassificationEvent;
import io.github.grpcpatterns.sample.classification.v1.ClassificationEvent.EventTypeCase;
import io.github.grpcpatterns.sample.classification.v1.ClassificationResult;
import io.github.grpcpatterns.sample.classification.v1.ClassifyRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyResponse;

/**
 * Answers classification requests from the model, once they keep the rules. For any
 * number of threads.
 */
final class Classifier {

	/** In Unicode code points, as the rules in protos count. */
	static final int MAX_TEXT_LENGTH = 100_000;

	static final int DEFAULT_RESULTS = 3;

	private final DocumentModel model;

	Classifier(DocumentModel model) {
		this.model = model;
	}

	/**
	 * Look for a reason not to classify.
	 * @param request the request
	 * @return the reason, or empty where {@link #classify} may be called
	 */
	Optional<Refusal> refusal(ClassifyRequest request) {
		List<FieldViolation> violations = new ArrayList<>();
		String text = request.getText();
		if (text.isBlank()) {
			violations.add(InvalidRequest.violation("text", "must not be blank"));
		}
		if (text.codePointCount(0, text.length()) > MAX_TEXT_LENGTH) {
			violations
				.add(InvalidRequest.violation("text", "must not be longer than " + MAX_TEXT_LENGTH + " characters"));
		}
		if (request.getMaxResults() < 0) {
			violations.add(InvalidRequest.violation("max_results", "must not be negative"));
		}
		if (!violations.isEmpty()) {
			return Optional.of(Refusal.invalid(violations));
		}
		String version = request.getModelVersion();
		if (!version.isEmpty() && !version.equals(this.model.version())) {
			return Optional.of(Refusal.notFound("model_version", "is not loaded"));
		}
		return Optional.empty();
	}

	/**
	 * Classify a text.
	 * @param request a request without a {@link #refusal}
	 * @param withKeywords whether the results carry keywords
	 * @return the answer
	 */
	ClassifyResponse classify(ClassifyRequest request, boolean withKeywords) {
		long start = System.nanoTime();
		int results = (request.getMaxResults() != 0) ? request.getMaxResults() : DEFAULT_RESULTS;
		ClassifyResponse.Builder response = ClassifyResponse.newBuilder()
			.setDocumentId(request.getDocumentId())
			.setModelVersion(this.model.version());
		this.model.judge(request.getText(), withKeywords)
			.stream()
			.limit(results)
			.map(Classifier::toResult)
			.forEach(response::addResults);
		return response.setProcessingTimeMs(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).build();
	}

	/**
	 * Answer an event of a stream.
	 * @param event the event
	 * @return the classification, or why there is none
	 */
	ClassificationEvent answer(ClassificationEvent event) {
		ClassificationEvent.Builder answer = ClassificationEvent.newBuilder()
			.setCorrelationId(event.getCorrelationId());
		if (event.getEventTypeCase() != EventTypeCase.CLASSIFICATION_STARTED) {
			Refusal refusal = Refusal
				.invalid(List.of(InvalidRequest.violation("event_type", "must be classification_started")));
			return answer.setClassificationFailed(refusal.toEvent("")).build();
		}
		ClassifyRequest request = event.getClassificationStarted();
		refusal(request).ifPresentOrElse(
				(refusal) -> answer.setClassificationFailed(refusal.toEvent(request.getDocumentId())),
				() -> answer.setClassificationComplete(classify(request, true)));
		return answer.build();
	}

	private static ClassificationResult toResult(Score score) {
		return ClassificationResult.newBuilder()
			.setDocumentType(score.type())
			.setConfidence((float) score.confidence())
			.addAllKeywords(score.keywords())
			.build();
	}

}
