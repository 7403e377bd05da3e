/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchResponse;
import io.github.grpcpatterns.sample.classification.v1.ClassifyRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyResponse;

/**
 * One {@code ClassifyBatch} call: each document is classified when its answer can be
 * sent, not before.
 */
final class BatchClassification {

	private final Classifier classifier;

	private final List<ClassifyRequest> requests;

	private final boolean withKeywords;

	BatchClassification(Classifier classifier, ClassifyBatchRequest batch) {
		this.classifier = classifier;
		this.requests = batch.getRequestsList();
		this.withKeywords = batch.getIncludeKeywords();
	}

	Stream<ClassifyBatchResponse> answers() {
		return IntStream.range(0, this.requests.size()).mapToObj(this::answer);
	}

	private ClassifyBatchResponse answer(int index) {
		ClassifyRequest request = this.requests.get(index);
		ClassifyBatchResponse.Builder answer = ClassifyBatchResponse.newBuilder()
			.setSequenceNumber(index)
			.setIsLast(index == this.requests.size() - 1);
		this.classifier.refusal(request)
			.ifPresentOrElse(
					(refusal) -> answer.setError(refusal.toEvent(request.getDocumentId()))
						.setResult(ClassifyResponse.newBuilder().setDocumentId(request.getDocumentId())),
					() -> answer.setResult(this.classifier.classify(request, this.withKeywords)));
		return answer.build();
	}

}
