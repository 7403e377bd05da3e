/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import io.github.grpcpatterns.sample.Dialogue;
import io.github.grpcpatterns.sample.classification.v1.ClassificationEvent;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchResponse;
import io.github.grpcpatterns.sample.classification.v1.ClassifyRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyResponse;
import io.github.grpcpatterns.sample.classification.v1.DocumentChunk;
import io.github.grpcpatterns.sample.classification.v1.DocumentClassifierGrpc;
import io.github.grpcpatterns.sample.classification.v1.UploadResponse;
import io.github.grpcpatterns.sample.storage.DocumentStore;
import io.github.grpcpatterns.stub.StreamWriter;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

/**
 * The methods of {@code classification.v1.DocumentClassifier}, one of each kind. Each
 * stream is an object of its own.
 */
@GrpcService
final class DocumentClassifierService extends DocumentClassifierGrpc.DocumentClassifierImplBase {

	private final Classifier classifier;

	private final DocumentStore store;

	private final UploadProperties uploads;

	DocumentClassifierService(Classifier classifier, DocumentStore store, UploadProperties uploads) {
		this.classifier = classifier;
		this.store = store;
		this.uploads = uploads;
	}

	@Override
	public void classify(ClassifyRequest request, StreamObserver<ClassifyResponse> responses) {
		this.classifier.refusal(request).ifPresent((refusal) -> {
			throw refusal.toException();
		});
		responses.onNext(this.classifier.classify(request, true));
		responses.onCompleted();
	}

	@Override
	public void classifyBatch(ClassifyBatchRequest batch, StreamObserver<ClassifyBatchResponse> responses) {
		StreamWriter.send(new BatchClassification(this.classifier, batch).answers(), responses);
	}

	@Override
	public StreamObserver<DocumentChunk> uploadDocument(StreamObserver<UploadResponse> responses) {
		DocumentUpload upload = new DocumentUpload(this.store, this.uploads.maxSize(),
				(ServerCallStreamObserver<UploadResponse>) responses);
		upload.start();
		return upload;
	}

	@Override
	public StreamObserver<ClassificationEvent> classifyStream(StreamObserver<ClassificationEvent> responses) {
		return Dialogue.start(this.classifier::answer, responses);
	}

}
