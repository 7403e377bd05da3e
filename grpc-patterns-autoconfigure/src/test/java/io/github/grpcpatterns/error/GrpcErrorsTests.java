/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import com.google.rpc.RetryInfo;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GrpcErrors}.
 */
class GrpcErrorsTests {

	private static final Status STATUS = Status.INVALID_ARGUMENT.withDescription("the request is not valid");

	@Test
	void everyDetailIsRead() {
		GrpcErrors error = GrpcErrors.from(failure(
				ErrorInfo.newBuilder().setReason("NO_STOCK").setDomain("shop").putMetadata("product", "7").build(),
				RequestInfo.newBuilder().setRequestId("c0ffee").build(),
				BadRequest.newBuilder()
					.addFieldViolations(
							BadRequest.FieldViolation.newBuilder().setField("name").setDescription("must not be empty"))
					.addFieldViolations(BadRequest.FieldViolation.newBuilder().setField("price"))
					.build(),
				retryInfo(2, 500_000_000)));
		assertThat(error.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
		assertThat(error.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
		assertThat(error.description()).isEqualTo("the request is not valid");
		assertThat(error.reason()).isEqualTo("NO_STOCK");
		assertThat(error.domain()).isEqualTo("shop");
		assertThat(error.metadata()).isEqualTo(Map.of("product", "7"));
		assertThat(error.violations()).containsExactly(new GrpcErrors.Violation("name", "must not be empty"),
				new GrpcErrors.Violation("price", ""));
		assertThat(error.retryDelay()).isEqualTo(Duration.ofMillis(2500));
		assertThat(error.correlationId()).isEqualTo("c0ffee");
	}

	@Test
	void whatIsAbsentIsNullOrEmpty() {
		for (GrpcErrors error : new GrpcErrors[] { GrpcErrors.from(Status.NOT_FOUND.asRuntimeException()),
				GrpcErrors.from(Status.NOT_FOUND.asException(new Metadata())),
				GrpcErrors
					.from(failure(Status.NOT_FOUND, ErrorInfo.getDefaultInstance(), RequestInfo.getDefaultInstance(),
							BadRequest.getDefaultInstance(), RetryInfo.getDefaultInstance())) }) {
			assertThat(error.code()).isEqualTo(Status.Code.NOT_FOUND);
			assertThat(error.description()).isNull();
			assertThat(error.reason()).isNull();
			assertThat(error.domain()).isNull();
			assertThat(error.metadata()).isEmpty();
			assertThat(error.violations()).isEmpty();
			assertThat(error.retryDelay()).isNull();
			assertThat(error.correlationId()).isNull();
		}
	}

	@Test
	void causesAreLookedThrough() {
		StatusRuntimeException failure = failure(ErrorInfo.newBuilder().setReason("NO_STOCK").build());
		assertThat(GrpcErrors.from(new ExecutionException(new RuntimeException(failure))).reason())
			.isEqualTo("NO_STOCK");
		assertThat(GrpcErrors.from(new RuntimeException(Status.ABORTED.asException())).code())
			.isEqualTo(Status.Code.ABORTED);
	}

	@Test
	void withoutAStatusItIsUnknown() {
		GrpcErrors error = GrpcErrors.from(new IllegalStateException("text", new RuntimeException()));
		assertThat(error.code()).isEqualTo(Status.Code.UNKNOWN);
		assertThat(error.description()).isNull();
		assertThat(error.reason()).isNull();
	}

	@Test
	void causesMayGoInACircle() {
		RuntimeException inner = new RuntimeException();
		RuntimeException outer = new CompletionException(inner);
		inner.initCause(outer);
		assertThat(GrpcErrors.from(outer).code()).isEqualTo(Status.Code.UNKNOWN);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "nonsense", "\uFFFF\uFFFF" })
	void detailsThatAreNoneCountAsMissing(String bytes) {
		Metadata trailers = new Metadata();
		trailers.put(Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
				bytes.getBytes(StandardCharsets.UTF_8));
		GrpcErrors error = GrpcErrors.from(STATUS.asRuntimeException(trailers));
		assertThat(error.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
		assertThat(error.reason()).isNull();
		assertThat(error.violations()).isEmpty();
	}

	@Test
	void aMalformedDetailDoesNotHideTheOthers() {
		Metadata trailers = new Metadata();
		com.google.rpc.Status.Builder status = com.google.rpc.Status.newBuilder();
		for (String type : new String[] { "google.rpc.ErrorInfo", "google.rpc.BadRequest", "google.rpc.RetryInfo",
				"google.rpc.Unheard", "" }) {
			status.addDetails(Any.newBuilder()
				.setTypeUrl("type.googleapis.com/" + type)
				.setValue(ByteString.copyFromUtf8("\u00ff\u00ffnonsense")));
		}
		status.addDetails(Any.pack(ErrorInfo.newBuilder().setReason("NO_STOCK").build()));
		status.addDetails(Any.pack(RequestInfo.newBuilder().setRequestId("c0ffee").build()));
		trailers.put(RichStatus.DETAILS, status.build());
		GrpcErrors error = GrpcErrors.from(STATUS.asRuntimeException(trailers));
		assertThat(error.reason()).isEqualTo("NO_STOCK");
		assertThat(error.correlationId()).isEqualTo("c0ffee");
		assertThat(error.violations()).isEmpty();
		assertThat(error.retryDelay()).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "1500,PT1.5S", "-1,", "soon," })
	void thePushbackComesBeforeRetryInfo(String pushback, Duration delay) {
		StatusRuntimeException both = failure(retryInfo(1, 0));
		both.getTrailers().put(RichStatus.PUSHBACK, pushback);
		assertThat(GrpcErrors.from(both).retryDelay()).isEqualTo(delay);
	}

	private static RetryInfo retryInfo(long seconds, int nanos) {
		return RetryInfo.newBuilder()
			.setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(seconds).setNanos(nanos))
			.build();
	}

	private static StatusRuntimeException failure(Message... details) {
		return failure(STATUS, details);
	}

	private static StatusRuntimeException failure(Status status, Message... details) {
		com.google.rpc.Status.Builder proto = com.google.rpc.Status.newBuilder();
		for (Message detail : details) {
			proto.addDetails(Any.pack(detail));
		}
		Metadata trailers = new Metadata();
		trailers.put(RichStatus.DETAILS, proto.build());
		return status.asRuntimeException(trailers);
	}

}
