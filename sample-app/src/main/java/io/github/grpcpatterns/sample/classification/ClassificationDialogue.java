package io.github.grpcpatterns.sample.classification;

import java.util.List;

import io.github.grpcpatterns.sample.InvalidRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassificationEvent;
import io.github.grpcpatterns.sample.classification.v1.ClassificationEvent.EventTypeCase;
import io.github.grpcpatterns.sample.classification.v1.ClassifyRequest;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * One {@code ClassifyStream} call: asks for the next event when the last one is answered
 * and the client has read enough of the answers, so a client that does not read is not
 * read from either.
 */
final class ClassificationDialogue implements StreamObserver<ClassificationEvent> {

	private final Classifier classifier;

	private final ServerCallStreamObserver<ClassificationEvent> responses;

	private boolean askWhenReady;

	ClassificationDialogue(Classifier classifier, ServerCallStreamObserver<ClassificationEvent> responses) {
		this.classifier = classifier;
		this.responses = responses;
	}

	void start() {
		this.responses.disableAutoRequest();
		this.responses.setOnReadyHandler(this::onReady);
		this.responses.setOnCancelHandler(() -> {
			// nothing is held; the handler is there so that onNext does not throw
		});
		this.responses.request(1);
	}

	@Override
	public void onNext(ClassificationEvent event) {
		this.responses.onNext(answer(event));
		if (this.responses.isReady()) {
			this.responses.request(1);
		}
		else {
			this.askWhenReady = true;
		}
	}

	private void onReady() {
		if (this.askWhenReady && this.responses.isReady()) {
			this.askWhenReady = false;
			this.responses.request(1);
		}
	}

	private ClassificationEvent answer(ClassificationEvent event) {
		ClassificationEvent.Builder answer = ClassificationEvent.newBuilder()
			.setCorrelationId(event.getCorrelationId());
		if (event.getEventTypeCase() != EventTypeCase.CLASSIFICATION_STARTED) {
			Refusal refusal = Refusal
				.invalid(List.of(InvalidRequest.violation("event_type", "must be classification_started")));
			return answer.setClassificationFailed(refusal.toEvent("")).build();
		}
		ClassifyRequest request = event.getClassificationStarted();
		this.classifier.refusal(request)
			.ifPresentOrElse((refusal) -> answer.setClassificationFailed(refusal.toEvent(request.getDocumentId())),
					() -> answer.setClassificationComplete(this.classifier.classify(request, true)));
		return answer.build();
	}

	@Override
	public void onError(Throwable ex) {
		// the client has gone, there is nobody to answer
	}

	@Override
	public void onCompleted() {
		this.responses.onCompleted();
	}

}
