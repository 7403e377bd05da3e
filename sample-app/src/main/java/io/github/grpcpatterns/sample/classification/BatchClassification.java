package io.github.grpcpatterns.sample.classification;

import java.util.List;

import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchResponse;
import io.github.grpcpatterns.sample.classification.v1.ClassifyRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyResponse;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;

/**
 * One {@code ClassifyBatch} call: classifies as fast as the client reads. Runs whenever
 * the transport can take more, so no thread waits for a slow client and no answer is made
 * before it can be sent.
 */
final class BatchClassification implements Runnable {

	private final Classifier classifier;

	private final List<ClassifyRequest> requests;

	private final boolean withKeywords;

	private final ServerCallStreamObserver<ClassifyBatchResponse> responses;

	private int next;

	BatchClassification(Classifier classifier, ClassifyBatchRequest batch,
			ServerCallStreamObserver<ClassifyBatchResponse> responses) {
		this.classifier = classifier;
		this.requests = batch.getRequestsList();
		this.withKeywords = batch.getIncludeKeywords();
		this.responses = responses;
	}

	void start() {
		this.responses.setOnCancelHandler(() -> {
			// run() finds out; the handler is there so that onNext does not throw
		});
		this.responses.setOnReadyHandler(this);
	}

	@Override
	public void run() {
		while (this.next < this.requests.size() && this.responses.isReady() && !isCancelled()) {
			this.responses.onNext(answer(this.next++));
			if (this.next == this.requests.size()) {
				this.responses.onCompleted();
			}
		}
	}

	/**
	 * The call's own flag turns only when this callback has returned; the context does at
	 * once.
	 */
	private boolean isCancelled() {
		return this.responses.isCancelled() || Context.current().isCancelled();
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
