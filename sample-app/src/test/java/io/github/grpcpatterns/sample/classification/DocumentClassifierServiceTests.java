/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

import io.github.grpcpatterns.sample.classification.v1.ClassificationEvent;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchResponse;
import io.github.grpcpatterns.sample.classification.v1.ClassifyRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyResponse;
import io.github.grpcpatterns.sample.classification.v1.DocumentClassifierGrpc;
import io.github.grpcpatterns.sample.classification.v1.DocumentType;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for the methods of {@link DocumentClassifierService} that classify.
 */
class DocumentClassifierServiceTests {

	private static final String LETTER = "Dear Ms Quist, thank you for your letter. Yours sincerely, Tom Dent";

	@RegisterExtension
	final ServiceExtension service = new ServiceExtension();

	@Test
	void textIsClassified() {
		ClassifyResponse response = this.service.blocking().classify(request("a", LETTER));
		assertThat(response.getDocumentId()).isEqualTo("a");
		assertThat(response.getResultsList()).hasSize(3);
		assertThat(response.getResults(0).getDocumentType()).isEqualTo(DocumentType.DOCUMENT_TYPE_LETTER);
		assertThat(response.getResults(0).getKeywordsList()).contains("dear", "sincerely");
	}

	@Test
	void blankTextIsAnInvalidArgument() {
		StatusRuntimeException ex = catchThrowableOfType(StatusRuntimeException.class,
				() -> this.service.blocking().classify(request("a", " ")));
		assertThat(ex.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(ServiceExtension.violatedFields(ex)).containsExactly("text");
	}

	@Test
	void methodsThatOnlyReadSaySo() {
		assertThat(List.of(DocumentClassifierGrpc.getClassifyMethod(), DocumentClassifierGrpc.getClassifyBatchMethod(),
				DocumentClassifierGrpc.getClassifyStreamMethod()))
			.allMatch(MethodDescriptor::isSafe);
	}

	@Test
	void batchIsAnsweredInOrderWithABadDocumentInItsPlace() {
		ClassifyBatchRequest.Builder batch = ClassifyBatchRequest.newBuilder().setIncludeKeywords(true);
		IntStream.range(0, 20).forEach((i) -> batch.addRequests(request("doc-" + i, (i == 7) ? "" : LETTER)));
		List<ClassifyBatchResponse> answers = answers(batch.build());
		assertThat(answers).hasSize(20);
		assertThat(answers).extracting(ClassifyBatchResponse::getSequenceNumber)
			.containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
		assertThat(answers).extracting((answer) -> answer.getResult().getDocumentId())
			.containsExactlyElementsOf(IntStream.range(0, 20).mapToObj((i) -> "doc-" + i).toList());
		assertThat(answers.subList(0, 19)).noneMatch(ClassifyBatchResponse::getIsLast);
		assertThat(answers.get(19).getIsLast()).isTrue();
		ClassifyBatchResponse bad = answers.remove(7);
		assertThat(bad.getError().getCode()).isEqualTo("INVALID_ARGUMENT");
		assertThat(bad.getError().getMessage()).isEqualTo("text must not be blank");
		assertThat(bad.getError().getMetadataMap()).containsEntry("field", "text")
			.containsEntry("document_id", "doc-7");
		assertThat(bad.getResult()).isEqualTo(ClassifyResponse.newBuilder().setDocumentId("doc-7").build());
		assertThat(answers).allSatisfy((answer) -> {
			assertThat(answer.hasError()).isFalse();
			assertThat(answer.getResult().getResults(0).getKeywordsList()).contains("dear");
		});
	}

	@Test
	void badDocumentAtTheEndIsTheLastAnswer() {
		List<ClassifyBatchResponse> answers = answers(ClassifyBatchRequest.newBuilder()
			.addRequests(request("a", LETTER))
			.addRequests(request("b", LETTER).toBuilder().setModelVersion("opennlp-0"))
			.build());
		assertThat(answers).hasSize(2);
		assertThat(answers.get(1).getIsLast()).isTrue();
		assertThat(answers.get(1).getError().getCode()).isEqualTo("NOT_FOUND");
	}

	@Test
	void batchWithoutKeywordsHasNone() {
		List<ClassifyBatchResponse> answers = answers(
				ClassifyBatchRequest.newBuilder().addRequests(request("a", LETTER)).build());
		assertThat(answers.get(0).getResult().getResultsList()).hasSize(3)
			.allSatisfy((result) -> assertThat(result.getKeywordsList()).isEmpty());
	}

	@Test
	void batchIsClassifiedOnlyAsFastAsTheClientReads() {
		ClassifyBatchRequest.Builder batch = ClassifyBatchRequest.newBuilder();
		IntStream.range(0, 50).forEach((i) -> batch.addRequests(request("doc-" + i, LETTER)));
		SlowReader<ClassifyBatchRequest, ClassifyBatchResponse> reader = new SlowReader<>();
		this.service.async().classifyBatch(batch.build(), reader);
		assertThat(this.service.messagesSent()).isEqualTo(1);
		reader.call.request(4);
		assertThat(this.service.messagesSent()).isEqualTo(5);
		reader.call.cancel("enough", null);
		assertThat(this.service.messagesSent()).isEqualTo(5);
		assertThat(reader.messages).hasSize(5);
	}

	@Test
	void eventsAreAnsweredWithTheirCorrelationId() {
		Reader<ClassificationEvent> reader = new Reader<>();
		StreamObserver<ClassificationEvent> events = this.service.async().classifyStream(reader);
		events.onNext(started("c-1", request("a", LETTER)));
		events.onNext(started("c-2", request("b", "")));
		events.onNext(ClassificationEvent.newBuilder()
			.setCorrelationId("c-3")
			.setClassificationComplete(ClassifyResponse.getDefaultInstance())
			.build());
		events.onNext(ClassificationEvent.newBuilder().setCorrelationId("c-4").build());
		events.onNext(started("", request("e", LETTER)));
		assertThat(reader.messages).extracting(ClassificationEvent::getCorrelationId)
			.containsExactly("c-1", "c-2", "c-3", "c-4", "");
		assertThat(reader.messages.get(0).getClassificationComplete().getResults(0).getDocumentType())
			.isEqualTo(DocumentType.DOCUMENT_TYPE_LETTER);
		assertThat(reader.messages.get(1).getClassificationFailed().getMetadataMap()).containsEntry("field", "text")
			.containsEntry("document_id", "b");
		assertThat(reader.messages.subList(2, 4)).allSatisfy((answer) -> {
			assertThat(answer.getClassificationFailed().getCode()).isEqualTo("INVALID_ARGUMENT");
			assertThat(answer.getClassificationFailed().getMetadataMap()).containsEntry("field", "event_type");
		});
		assertThat(reader.messages.get(4).hasClassificationComplete()).isTrue();
		assertThat(reader.completed).isFalse();
		events.onCompleted();
		assertThat(reader.completed).isTrue();
	}

	@Test
	void clientThatDoesNotReadIsNotReadFrom() {
		SlowReader<ClassificationEvent, ClassificationEvent> reader = new SlowReader<>();
		StreamObserver<ClassificationEvent> events = this.service.async().classifyStream(reader);
		IntStream.range(0, 10).forEach((i) -> events.onNext(started("c-" + i, request("doc-" + i, LETTER))));
		events.onCompleted();
		int sentUnread = this.service.messagesSent();
		assertThat(sentUnread).isLessThanOrEqualTo(2);
		reader.call.request(20);
		assertThat(reader.messages).hasSize(10);
		assertThat(reader.completed).isTrue();
	}

	private List<ClassifyBatchResponse> answers(ClassifyBatchRequest batch) {
		List<ClassifyBatchResponse> answers = new ArrayList<>();
		Iterator<ClassifyBatchResponse> iterator = this.service.blocking().classifyBatch(batch);
		iterator.forEachRemaining(answers::add);
		return answers;
	}

	private static ClassifyRequest request(String documentId, String text) {
		return ClassifyRequest.newBuilder().setDocumentId(documentId).setText(text).build();
	}

	private static ClassificationEvent started(String correlationId, ClassifyRequest request) {
		return ClassificationEvent.newBuilder()
			.setCorrelationId(correlationId)
			.setClassificationStarted(request)
			.build();
	}

	/** Reads everything; all of it on the test's own thread. */
	private static class Reader<R> implements StreamObserver<R> {

		final List<R> messages = new ArrayList<>();

		boolean completed;

		@Override
		public void onNext(R message) {
			this.messages.add(message);
		}

		@Override
		public void onError(Throwable ex) {
		}

		@Override
		public void onCompleted() {
			this.completed = true;
		}

	}

	/** Reads one message, and then what it is told to. */
	private static final class SlowReader<Q, R> extends Reader<R> implements ClientResponseObserver<Q, R> {

		ClientCallStreamObserver<Q> call;

		@Override
		public void beforeStart(ClientCallStreamObserver<Q> call) {
			this.call = call;
			call.disableAutoRequestWithInitial(1);
		}

	}

}
