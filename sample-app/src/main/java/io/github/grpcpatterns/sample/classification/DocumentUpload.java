/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.io.IOException;
import java.util.List;

import com.google.rpc.BadRequest.FieldViolation;
import io.github.grpcpatterns.sample.InvalidRequest;
import io.github.grpcpatterns.sample.classification.v1.DocumentChunk;
import io.github.grpcpatterns.sample.classification.v1.UploadResponse;
import io.github.grpcpatterns.sample.storage.DocumentStore;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

import org.springframework.util.unit.DataSize;

/**
 * One {@code UploadDocument} call: writes each chunk to the store before it asks for the
 * next, so one chunk is in memory at a time. However the call ends without success, what
 * was written is removed. Callbacks of a call never run at the same time, so there is
 * nothing to guard.
 */
final class DocumentUpload implements StreamObserver<DocumentChunk> {

	private final DocumentStore store;

	private final DataSize maxSize;

	private final ServerCallStreamObserver<UploadResponse> responses;

	private DocumentStore.@Nullable Draft draft;

	private String documentId = "";

	private int chunks;

	private long size;

	private boolean complete;

	private boolean ended;

	DocumentUpload(DocumentStore store, DataSize maxSize, ServerCallStreamObserver<UploadResponse> responses) {
		this.store = store;
		this.maxSize = maxSize;
		this.responses = responses;
	}

	void start() {
		this.responses.disableAutoRequest();
		this.responses.setOnCancelHandler(this::abandon);
		this.responses.request(1);
	}

	@Override
	public void onNext(DocumentChunk chunk) {
		if (this.ended) {
			return;
		}
		FieldViolation violation = check(chunk);
		if (violation != null) {
			fail(InvalidRequest.of(List.of(violation)));
			return;
		}
		try {
			write(chunk);
			this.responses.request(1);
		}
		catch (IOException | RuntimeException ex) {
			fail(ex);
		}
	}

	private @Nullable FieldViolation check(DocumentChunk chunk) {
		if (this.complete) {
			return InvalidRequest.violation("is_last", "must be set on the last chunk only");
		}
		if (chunk.getDocumentId().isEmpty()) {
			return InvalidRequest.violation("document_id", "must not be empty");
		}
		if (this.chunks > 0 && !chunk.getDocumentId().equals(this.documentId)) {
			return InvalidRequest.violation("document_id", "must be the same in every chunk");
		}
		if (chunk.getChunkNumber() != this.chunks) {
			return InvalidRequest.violation("chunk_number",
					"must count up from 0 without gaps (expected: " + this.chunks + ")");
		}
		if (this.size + chunk.getData().size() > this.maxSize.toBytes()) {
			return InvalidRequest.violation("data", "must not exceed " + this.maxSize.toBytes() + " bytes in total");
		}
		return null;
	}

	private void write(DocumentChunk chunk) throws IOException {
		DocumentStore.Draft draft = this.draft;
		if (draft == null) {
			draft = this.store.newDraft();
			this.draft = draft;
			this.documentId = chunk.getDocumentId();
		}
		draft.write(chunk.getData());
		this.size += chunk.getData().size();
		this.chunks++;
		this.complete = chunk.getIsLast();
	}

	@Override
	public void onCompleted() {
		if (this.ended) {
			return;
		}
		DocumentStore.Draft draft = this.draft;
		if (draft == null || !this.complete) {
			fail(InvalidRequest.field("is_last", "must be set on the last chunk"));
			return;
		}
		String key;
		try {
			key = draft.store();
		}
		catch (IOException | RuntimeException ex) {
			fail(ex);
			return;
		}
		this.ended = true;
		this.responses.onNext(UploadResponse.newBuilder()
			.setDocumentId(this.documentId)
			.setTotalBytes(this.size)
			.setTotalChunks(this.chunks)
			.setStorageKey(key)
			.build());
		this.responses.onCompleted();
	}

	@Override
	public void onError(Throwable ex) {
		abandon();
	}

	private void fail(Exception ex) {
		try {
			abandon();
		}
		finally {
			this.responses.onError(ex);
		}
	}

	private void abandon() {
		this.ended = true;
		if (this.draft != null) {
			this.draft.close();
		}
	}

}
