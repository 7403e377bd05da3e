/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.gateway;

import java.io.IOException;
import java.io.InputStream;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.sample.classification.v1.ClassificationEvent;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchResponse;
import io.github.grpcpatterns.sample.classification.v1.ClassifyRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyResponse;
import io.github.grpcpatterns.sample.classification.v1.DocumentChunk;
import io.github.grpcpatterns.sample.classification.v1.DocumentClassifierGrpc;
import io.github.grpcpatterns.sample.classification.v1.UploadResponse;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
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

	/**
	 * Return the answer to each text of a batch as an event, as soon as it is there.
	 */
	@PostMapping(path = "/api/classify/batch", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter classifyBatch(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@RequestBody ClassifyBatchRequest request) {
		return Events.of(
				(events) -> DocumentClassifierGrpc.newStub(this.backend.as(caller)).classifyBatch(request, events),
				(ClassifyBatchResponse response) -> "");
	}

	/**
	 * Send an array of events, and return the answer to each as an event.
	 */
	@PostMapping(path = "/api/classify/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter classifyStream(
			@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@RequestBody String requests) {
		return Events.of(DocumentClassifierGrpc.newStub(this.backend.as(caller))::classifyStream,
				Json.parseAll(requests, ClassificationEvent.getDefaultInstance()));
	}

	/**
	 * Pass a document on as it comes: writing waits while the server does not read, and
	 * so does reading from the browser.
	 */
	@PostMapping("/api/documents/{id}")
	UploadResponse upload(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@RequestHeader(name = HttpHeaders.CONTENT_TYPE, defaultValue = "") String type, @PathVariable String id,
			InputStream document) throws IOException, InterruptedException {
		BlockingClientCall<DocumentChunk, UploadResponse> call = DocumentClassifierGrpc
			.newBlockingV2Stub(this.backend.as(caller))
			.uploadDocument();
		try {
			byte[] data = document.readNBytes(CHUNK_SIZE);
			for (int number = 0, open = 1; open == 1; number++) {
				byte[] next = document.readNBytes(CHUNK_SIZE);
				open = (next.length > 0) ? 1 : 0;
				DocumentChunk chunk = DocumentChunk.newBuilder()
					.setDocumentId(id)
					.setMimeType(type)
					.setChunkNumber(number)
					.setIsLast(open == 0)
					.setData(ByteString.copyFrom(data))
					.build();
				if (!call.write(chunk)) {
					break; // the call is over, and reading says why
				}
				data = next;
			}
			return ClientStreams.answer(call);
		}
		catch (StatusException ex) {
			throw ex.getStatus().asRuntimeException(ex.getTrailers());
		}
		catch (IOException ex) {
			call.cancel("the browser has gone", ex);
			throw ex;
		}
	}

}
