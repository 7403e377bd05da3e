package io.github.grpcpatterns.sample.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.sample.classification.v1.ClassificationEvent;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchResponse;
import io.github.grpcpatterns.sample.classification.v1.ClassifyRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyResponse;
import io.github.grpcpatterns.sample.classification.v1.DocumentChunk;
import io.github.grpcpatterns.sample.classification.v1.DocumentClassifierGrpc;
import io.github.grpcpatterns.sample.classification.v1.UploadResponse;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * {@code classification.v1.DocumentClassifier} over HTTP.
 */
@RestController
class ClassificationController {

	private static final int CHUNK_SIZE = 64 * 1024;

	private static final int MAX_EVENTS = 1_000;

	private final Backend backend;

	ClassificationController(Backend backend) {
		this.backend = backend;
	}

	@PostMapping("/api/classify")
	ClassifyResponse classify(
			@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@RequestBody ClassifyRequest request) {
		return DocumentClassifierGrpc.newBlockingStub(this.backend.as(caller)).classify(request);
	}

	@PostMapping(path = "/api/classify/batch", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter classifyBatch(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@RequestBody ClassifyBatchRequest request) {
		return Events.of(
				(events) -> DocumentClassifierGrpc.newStub(this.backend.as(caller)).classifyBatch(request, events),
				(ClassifyBatchResponse response) -> "");
	}

	/**
	 * Take an array of events and return the answer to each as an event.
	 */
	@PostMapping(path = "/api/classify/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter classifyStream(
			@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			InputStream body) throws IOException {
		List<ClassificationEvent> questions = new ArrayList<>();
		JsonItems<ClassificationEvent> items = new JsonItems<>(body,
				(item) -> Json.parse(item, ClassificationEvent.getDefaultInstance()));
		for (ClassificationEvent next = items.next(); next != null; next = items.next()) {
			if (questions.size() == MAX_EVENTS) {
				throw new MalformedJsonException("expected at most " + MAX_EVENTS + " items");
			}
			questions.add(next);
		}
		return Events.of((events) -> {
			StreamObserver<ClassificationEvent> call = DocumentClassifierGrpc.newStub(this.backend.as(caller))
				.classifyStream(events);
			questions.forEach(call::onNext);
			call.onCompleted();
		}, (ClassificationEvent event) -> "");
	}

	/**
	 * Pass a document on as it comes: writing waits while the server does not read, and
	 * so does reading from the browser.
	 */
	@PostMapping("/api/documents/{id}")
	UploadResponse upload(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@RequestHeader(name = HttpHeaders.CONTENT_TYPE, defaultValue = "") String type, @PathVariable String id,
			InputStream document) throws IOException, InterruptedException {
		return new Chunks(id, type, document)
			.sendTo(DocumentClassifierGrpc.newBlockingV2Stub(this.backend.as(caller)).uploadDocument());
	}

	/**
	 * The document in chunks, of which the last one says so.
	 */
	private static final class Chunks implements Messages<DocumentChunk> {

		private final String id;

		private final String type;

		private final InputStream document;

		private byte @Nullable [] data;

		private int number;

		Chunks(String id, String type, InputStream document) throws IOException {
			this.id = id;
			this.type = type;
			this.document = document;
			this.data = document.readNBytes(CHUNK_SIZE);
		}

		@Override
		public @Nullable DocumentChunk next() throws IOException {
			if (this.data == null) {
				return null;
			}
			byte[] following = this.document.readNBytes(CHUNK_SIZE);
			boolean last = following.length == 0;
			DocumentChunk chunk = DocumentChunk.newBuilder()
				.setDocumentId(this.id)
				.setMimeType(this.type)
				.setChunkNumber(this.number++)
				.setIsLast(last)
				.setData(ByteString.copyFrom(this.data))
				.build();
			this.data = last ? null : following;
			return chunk;
		}

	}

}
