package io.github.grpcpatterns.sample.gateway;

import java.io.IOException;
import java.io.InputStream;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.sample.classification.v1.ClassifyRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyResponse;
import io.github.grpcpatterns.sample.classification.v1.DocumentChunk;
import io.github.grpcpatterns.sample.classification.v1.DocumentClassifierGrpc;
import io.github.grpcpatterns.sample.classification.v1.UploadResponse;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

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
			call.halfClose();
			return call.read();
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
