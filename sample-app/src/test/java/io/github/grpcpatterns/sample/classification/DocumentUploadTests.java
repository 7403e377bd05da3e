/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.sample.classification.v1.DocumentChunk;
import io.github.grpcpatterns.sample.classification.v1.UploadResponse;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DocumentUpload}.
 */
class DocumentUploadTests {

	@RegisterExtension
	final ServiceExtension service = new ServiceExtension();

	private final Outcome outcome = new Outcome();

	@Test
	void documentIsStoredUnderItsDigest() throws Exception {
		byte[] document = new byte[700_000];
		new Random(1).nextBytes(document);
		StreamObserver<DocumentChunk> upload = upload();
		for (int i = 0; i < 7; i++) {
			upload.onNext(chunk("doc", i, i == 6, ByteString.copyFrom(document, i * 100_000, 100_000)));
		}
		assertThat(this.service.files()).singleElement().asString().startsWith("drafts/");
		upload.onCompleted();
		String key = "sha256/" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(document));
		assertThat(this.outcome.response).isEqualTo(UploadResponse.newBuilder()
			.setDocumentId("doc")
			.setTotalBytes(700_000)
			.setTotalChunks(7)
			.setStorageKey(key)
			.build());
		assertThat(this.outcome.completed).isTrue();
		assertThat(this.service.files()).containsExactly(key);
		assertThat(this.service.content(key)).isEqualTo(document);
	}

	@Test
	void sameDocumentIsKeptOnce() throws Exception {
		for (String id : new String[] { "first", "second" }) {
			StreamObserver<DocumentChunk> upload = upload();
			upload.onNext(chunk(id, 0, true, "the same bytes"));
			upload.onCompleted();
			assertThat(this.outcome.response).isNotNull();
			assertThat(this.outcome.response.getDocumentId()).isEqualTo(id);
			assertThat(this.service.files()).containsExactly(this.outcome.response.getStorageKey());
		}
	}

	@Test
	void documentOfTheLargestSizeAndWithEmptyChunksIsStored() throws Exception {
		StreamObserver<DocumentChunk> upload = upload();
		upload.onNext(chunk("doc", 0, false, ByteString.EMPTY));
		upload.onNext(chunk("doc", 1, false, zeros(ServiceExtension.MAX_SIZE.toBytes())));
		upload.onNext(chunk("doc", 2, true, ByteString.EMPTY));
		upload.onCompleted();
		assertThat(this.outcome.response).isNotNull();
		assertThat(this.outcome.response.getTotalBytes()).isEqualTo(1024 * 1024);
		assertThat(this.outcome.response.getTotalChunks()).isEqualTo(3);
	}

	@Test
	void documentThatIsTooLargeIsRefused() throws Exception {
		StreamObserver<DocumentChunk> upload = upload();
		upload.onNext(chunk("doc", 0, false, zeros(ServiceExtension.MAX_SIZE.toBytes())));
		upload.onNext(chunk("doc", 1, true, "x"));
		assertRefused("data", "data must not exceed 1048576 bytes in total");
	}

	@Test
	void firstChunkMustBeNumberZero() throws Exception {
		upload().onNext(chunk("doc", 1, false, "x"));
		assertRefused("chunk_number", "chunk_number must count up from 0 without gaps (expected: 0)");
	}

	@Test
	void gapIsRefused() throws Exception {
		StreamObserver<DocumentChunk> upload = upload();
		upload.onNext(chunk("doc", 0, false, "x"));
		upload.onNext(chunk("doc", 2, false, "x"));
		assertRefused("chunk_number", "chunk_number must count up from 0 without gaps (expected: 1)");
	}

	@Test
	void repeatedNumberIsRefused() throws Exception {
		StreamObserver<DocumentChunk> upload = upload();
		upload.onNext(chunk("doc", 0, false, "x"));
		upload.onNext(chunk("doc", 0, false, "x"));
		assertRefused("chunk_number", "chunk_number must count up from 0 without gaps (expected: 1)");
	}

	@Test
	void missingDocumentIdIsRefused() throws Exception {
		upload().onNext(chunk("", 0, true, "x"));
		assertRefused("document_id", "document_id must not be empty");
	}

	@Test
	void secondDocumentIdIsRefused() throws Exception {
		StreamObserver<DocumentChunk> upload = upload();
		upload.onNext(chunk("doc", 0, false, "x"));
		upload.onNext(chunk("other", 1, true, "x"));
		assertRefused("document_id", "document_id must be the same in every chunk");
	}

	@Test
	void chunkAfterTheLastIsRefused() throws Exception {
		StreamObserver<DocumentChunk> upload = upload();
		upload.onNext(chunk("doc", 0, true, "x"));
		upload.onNext(chunk("doc", 1, false, "x"));
		assertRefused("is_last", "is_last must be set on the last chunk only");
	}

	@Test
	void documentThatStopsEarlyIsRefused() throws Exception {
		StreamObserver<DocumentChunk> upload = upload();
		upload.onNext(chunk("doc", 0, false, "x"));
		upload.onCompleted();
		assertRefused("is_last", "is_last must be set on the last chunk");
	}

	@Test
	void uploadWithoutChunksIsRefused() throws Exception {
		upload().onCompleted();
		assertRefused("is_last", "is_last must be set on the last chunk");
	}

	@Test
	void whatFollowsARefusedChunkIsIgnored() throws Exception {
		StreamObserver<DocumentChunk> upload = upload();
		upload.onNext(chunk("doc", 3, false, "x"));
		upload.onNext(chunk("doc", 0, true, "x"));
		upload.onCompleted();
		assertRefused("chunk_number", "chunk_number must count up from 0 without gaps (expected: 0)");
	}

	@Test
	void cancelRemovesWhatWasWritten() throws Exception {
		StreamObserver<DocumentChunk> upload = upload();
		upload.onNext(chunk("doc", 0, false, "x"));
		assertThat(this.service.files()).hasSize(1);
		upload.onError(Status.CANCELLED.asException());
		assertThat(this.outcome.error).isNotNull();
		assertThat(Status.fromThrowable(this.outcome.error).getCode()).isEqualTo(Code.CANCELLED);
		assertThat(this.service.files()).isEmpty();
	}

	private StreamObserver<DocumentChunk> upload() {
		return this.service.async().uploadDocument(this.outcome);
	}

	private void assertRefused(String field, String description) throws Exception {
		assertThat(this.outcome.response).isNull();
		assertThat(this.outcome.error).isNotNull();
		Status status = Status.fromThrowable(this.outcome.error);
		assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(status.getDescription()).isEqualTo(description);
		assertThat(ServiceExtension.violatedFields(this.outcome.error)).containsExactly(field);
		assertThat(this.service.files()).isEmpty();
	}

	private static ByteString zeros(long size) {
		return ByteString.copyFrom(new byte[(int) size]);
	}

	private static DocumentChunk chunk(String documentId, int number, boolean last, String data) {
		return chunk(documentId, number, last, ByteString.copyFrom(data, StandardCharsets.UTF_8));
	}

	private static DocumentChunk chunk(String documentId, int number, boolean last, ByteString data) {
		return DocumentChunk.newBuilder()
			.setDocumentId(documentId)
			.setChunkNumber(number)
			.setIsLast(last)
			.setData(data)
			.setMimeType("text/plain")
			.build();
	}

	/** How the call ended; everything runs on the test's own thread. */
	private static final class Outcome implements StreamObserver<UploadResponse> {

		private @Nullable UploadResponse response;

		private @Nullable Throwable error;

		private boolean completed;

		@Override
		public void onNext(UploadResponse response) {
			this.response = response;
		}

		@Override
		public void onError(Throwable ex) {
			this.error = ex;
		}

		@Override
		public void onCompleted() {
			this.completed = true;
		}

	}

}
