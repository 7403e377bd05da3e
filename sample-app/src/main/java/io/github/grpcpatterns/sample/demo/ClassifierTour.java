/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.demo;

import java.io.PrintStream;
import java.util.Locale;
import java.util.stream.Collectors;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.sample.classification.v1.ClassificationEvent;
import io.github.grpcpatterns.sample.classification.v1.ClassificationResult;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchResponse;
import io.github.grpcpatterns.sample.classification.v1.ClassifyRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyResponse;
import io.github.grpcpatterns.sample.classification.v1.DocumentChunk;
import io.github.grpcpatterns.sample.classification.v1.DocumentClassifierGrpc.DocumentClassifierBlockingV2Stub;
import io.github.grpcpatterns.sample.classification.v1.UploadResponse;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;

/**
 * Calls the four methods of {@code classification.v1.DocumentClassifier}.
 */
final class ClassifierTour {

	private static final String INVOICE = "Invoice no. 4711. Amount due 1,200.00 EUR, payable within 30 days.";

	private static final String CONTRACT = "This agreement is made between the parties, who agree to these terms.";

	private static final String LETTER = "Dear Ms Miller, thank you for your kind letter. Yours sincerely, Ann";

	private static final int CHUNKS = 80;

	private static final int CHUNK_SIZE = 64 * 1024;

	private final DocumentClassifierBlockingV2Stub classifier;

	ClassifierTour(DocumentClassifierBlockingV2Stub classifier) {
		this.classifier = classifier;
	}

	void run(PrintStream out) throws StatusException, InterruptedException {
		classify(out);
		classifyBatch(out);
		uploadDocument(out);
		classifyStream(out);
	}

	private void classify(PrintStream out) throws StatusException {
		ClassifyResponse response = this.classifier.classify(request("invoice", INVOICE));
		out.printf("%-20s %s, by model %s%n", "Classify", describe(response), response.getModelVersion());
	}

	private void classifyBatch(PrintStream out) throws StatusException, InterruptedException {
		ClassifyBatchRequest batch = ClassifyBatchRequest.newBuilder()
			.addRequests(request("contract", CONTRACT))
			.addRequests(request("empty", ""))
			.addRequests(request("letter", LETTER))
			.setIncludeKeywords(true)
			.build();
		BlockingClientCall<?, ClassifyBatchResponse> call = this.classifier.classifyBatch(batch);
		while (call.hasNext()) {
			ClassifyBatchResponse response = call.read();
			String result = response.hasError()
					? response.getResult().getDocumentId() + ": " + response.getError().getMessage()
					: describe(response.getResult());
			out.printf("%-20s %d %s%n", "ClassifyBatch", response.getSequenceNumber(), result);
		}
	}

	// Writing waits while the server does not read, so the bar shows what has really gone
	private void uploadDocument(PrintStream out) throws StatusException, InterruptedException {
		ByteString data = ByteString.copyFromUtf8("A line of the document, and no more than that.\n".repeat(2_000))
			.substring(0, CHUNK_SIZE);
		BlockingClientCall<DocumentChunk, UploadResponse> call = this.classifier.uploadDocument();
		ProgressBar progress = new ProgressBar(out, "UploadDocument", CHUNKS);
		for (int i = 0; i < CHUNKS; i++) {
			call.write(DocumentChunk.newBuilder()
				.setDocumentId("upload")
				.setMimeType("text/plain")
				.setChunkNumber(i)
				.setIsLast(i == CHUNKS - 1)
				.setData(data)
				.build());
			progress.update(i + 1);
		}
		call.halfClose();
		UploadResponse response = call.read();
		out.printf("%-20s %,d bytes in %d chunks, stored as %s%n", "", response.getTotalBytes(),
				response.getTotalChunks(), response.getStorageKey());
	}

	private void classifyStream(PrintStream out) throws StatusException, InterruptedException {
		BlockingClientCall<ClassificationEvent, ClassificationEvent> call = this.classifier.classifyStream();
		String[] texts = { INVOICE, " ", LETTER };
		for (int i = 0; i < texts.length; i++) {
			call.write(ClassificationEvent.newBuilder()
				.setClassificationStarted(request("streamed", texts[i]))
				.setCorrelationId("event-" + i)
				.build());
			ClassificationEvent event = call.read();
			String result = event.hasClassificationComplete() ? describe(event.getClassificationComplete())
					: event.getClassificationFailed().getMessage();
			out.printf("%-20s %s %s%n", "ClassifyStream", event.getCorrelationId(), result);
		}
		call.halfClose();
		call.hasNext();
	}

	private static ClassifyRequest request(String documentId, String text) {
		return ClassifyRequest.newBuilder().setDocumentId(documentId).setText(text).setMaxResults(2).build();
	}

	private static String describe(ClassifyResponse response) {
		return response.getDocumentId() + ": "
				+ response.getResultsList().stream().map(ClassifierTour::describe).collect(Collectors.joining(", "));
	}

	private static String describe(ClassificationResult result) {
		String type = result.getDocumentType().name().replace("DOCUMENT_TYPE_", "").toLowerCase(Locale.ROOT);
		return "%s %.0f %% %s".formatted(type, 100 * result.getConfidence(), result.getKeywordsList());
	}

}
