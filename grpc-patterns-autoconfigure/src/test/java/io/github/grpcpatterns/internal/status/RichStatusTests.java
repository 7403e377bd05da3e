/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.status;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.DebugInfo;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import com.google.rpc.RetryInfo;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link RichStatus}: what a client gets over a real transport.
 */
class RichStatusTests {

	private static final RichStatus RICH_STATUS = new RichStatus(RichStatus.DEFAULT_DOMAIN);

	private static final Metadata.Key<String> OWN = Metadata.Key.of("own", Metadata.ASCII_STRING_MARSHALLER);

	private static final Refusing REFUSING = new Refusing();

	private static final CallRecorder RECORDER = new CallRecorder();

	private static GrpcHarness harness;

	@BeforeAll
	static void start() {
		harness = GrpcHarness.netty().interceptors(RECORDER, REFUSING).start();
	}

	@AfterAll
	static void stop() {
		harness.close();
	}

	@Test
	void trailersOfOthersCountWhateverTheirNames() {
		Metadata trailers = InternalMetadata.newMetadata("x~odd".getBytes(StandardCharsets.US_ASCII),
				"a".repeat(7000).getBytes(StandardCharsets.US_ASCII));
		CallEnding ending = RICH_STATUS.ending(EndReason.FAILED, Status.ABORTED, trailers, null,
				DebugInfo.newBuilder().setDetail("b".repeat(2000)).build());
		assertThat(ending.trailers().get(RichStatus.DETAILS).getDetailsList()).hasSize(1);
		assertThat(ending.trailers().keys()).contains("x~odd");
	}

	@Test
	void aReasonComesWithItsStatusAndErrorInfo() {
		StatusRuntimeException ex = call(RICH_STATUS.ending(EndReason.SLOW_CONSUMER, null));
		assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
		assertThat(ex.getStatus().getDescription()).isEqualTo("the stream is read too slowly");
		com.google.rpc.Status details = details(ex);
		assertThat(details.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED.value());
		assertThat(details.getMessage()).isEqualTo("the stream is read too slowly");
		assertThat(messages(details)).containsExactly(errorInfo("grpcpatterns", "SLOW_CONSUMER"));
	}

	@Test
	void aFailureHasTheNameOfItsCodeForAReason() {
		StatusRuntimeException ex = call(
				RICH_STATUS.ending(EndReason.FAILED, Status.ALREADY_EXISTS, new Metadata(), null));
		assertThat(messages(details(ex))).containsExactly(errorInfo("grpcpatterns", "ALREADY_EXISTS"));
		assertThat(ex.getStatus().getDescription()).isNull();
	}

	@Test
	void requestInfoIsThereWhereTheCallHasACorrelationId() {
		RetryInfo retry = RetryInfo.newBuilder().setRetryDelay(Duration.newBuilder().setSeconds(1)).build();
		StatusRuntimeException ex = call(RICH_STATUS.ending(EndReason.SERVER_DRAINING, "abc", retry));
		assertThat(messages(details(ex))).containsExactly(errorInfo("grpcpatterns", "SERVER_DRAINING"),
				requestInfo("abc"), retry);
	}

	@Test
	void ownDetailsAndTrailersStay() {
		Metadata trailers = new Metadata();
		trailers.put(OWN, "value");
		trailers.put(RichStatus.DETAILS,
				com.google.rpc.Status.newBuilder()
					.setCode(5)
					.addDetails(Any.pack(badRequest(2)))
					.addDetails(Any.pack(errorInfo("shop", "NO_SUCH_PRODUCT")))
					.build());
		StatusRuntimeException ex = call(RICH_STATUS.ending(EndReason.FAILED,
				Status.NOT_FOUND.withDescription("no such product"), trailers, "abc"));
		assertThat(ex.getStatus().getDescription()).isEqualTo("no such product");
		assertThat(ex.getTrailers().get(OWN)).isEqualTo("value");
		assertThat(messages(details(ex))).containsExactly(requestInfo("abc"), badRequest(2),
				errorInfo("shop", "NO_SUCH_PRODUCT"));
	}

	@Test
	void ownRequestInfoStays() {
		Metadata trailers = new Metadata();
		trailers.put(RichStatus.DETAILS,
				com.google.rpc.Status.newBuilder().addDetails(Any.pack(requestInfo("own"))).build());
		StatusRuntimeException ex = call(RICH_STATUS.ending(EndReason.FAILED, Status.NOT_FOUND, trailers, "abc"));
		assertThat(messages(details(ex))).containsExactly(errorInfo("grpcpatterns", "NOT_FOUND"), requestInfo("own"));
	}

	@Test
	void detailsThatDoNotParseAreReplaced() {
		Metadata trailers = new Metadata();
		trailers.put(Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
				"nonsense".getBytes(StandardCharsets.UTF_8));
		StatusRuntimeException ex = call(RICH_STATUS.ending(EndReason.FAILED, Status.NOT_FOUND, trailers, null));
		assertThat(messages(details(ex))).containsExactly(errorInfo("grpcpatterns", "NOT_FOUND"));
	}

	@Test
	void anUnknownStatusLosesItsCauseAndOthersKeepIt() {
		Throwable cause = new IllegalStateException();
		assertThat(RICH_STATUS.ending(EndReason.FAILED, Status.UNKNOWN.withCause(cause), new Metadata(), null)
			.status()
			.getCause()).isNull();
		assertThat(RICH_STATUS.ending(EndReason.FAILED, Status.NOT_FOUND.withCause(cause), new Metadata(), null)
			.status()
			.getCause()).isSameAs(cause);
	}

	@Test
	void violationsAreCutFirst() {
		Message debug = DebugInfo.newBuilder().setDetail("x".repeat(1000)).build();
		StatusRuntimeException ex = call(RICH_STATUS.ending(EndReason.INVALID_REQUEST, "abc", badRequest(500), debug));
		assertThat(ex.getStatus()).extracting(Status::getCode, Status::getDescription)
			.containsExactly(Status.Code.INVALID_ARGUMENT, "the request is not valid");
		List<Message> messages = messages(details(ex));
		assertThat(messages).hasSize(4)
			.startsWith(errorInfo("grpcpatterns", "INVALID_REQUEST"), requestInfo("abc"))
			.endsWith(debug);
		BadRequest cut = (BadRequest) messages.get(2);
		assertThat(cut.getFieldViolationsCount()).isBetween(50, 499);
		assertThat(cut.getFieldViolationsList())
			.isEqualTo(badRequest(500).getFieldViolationsList().subList(0, cut.getFieldViolationsCount()));
	}

	@Test
	void thenDetailsAreCutFromTheLastToTheFirst() {
		List<Message> own = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			own.add(DebugInfo.newBuilder().setDetail(i + "x".repeat(500)).build());
		}
		Metadata trailers = new Metadata();
		com.google.rpc.Status.Builder given = com.google.rpc.Status.newBuilder();
		own.forEach((detail) -> given.addDetails(Any.pack(detail)));
		given.addDetails(Any.pack(badRequest(20)));
		given.addDetails(Any.pack(errorInfo("shop", "TOO_MUCH")));
		trailers.put(RichStatus.DETAILS, given.build());
		StatusRuntimeException ex = call(
				RICH_STATUS.ending(EndReason.FAILED, Status.ABORTED.withDescription("own"), trailers, "abc"));
		assertThat(ex.getStatus()).extracting(Status::getCode, Status::getDescription)
			.containsExactly(Status.Code.ABORTED, null);
		List<Message> messages = messages(details(ex));
		assertThat(messages).hasSizeGreaterThan(5).startsWith(requestInfo("abc"));
		assertThat(messages).endsWith(errorInfo("shop", "TOO_MUCH"));
		assertThat(messages.subList(1, messages.size() - 1)).isEqualTo(own.subList(0, messages.size() - 2));
	}

	/**
	 * Each of these counts otherwise in the header than in the details.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "x", "ü", "%", "\uD83D\uDE00", "~", "\n" })
	void aLongDescriptionIsCutAndTheDetailsStay(String character) {
		String description = character.repeat(20_000);
		RetryInfo retry = RetryInfo.newBuilder().setRetryDelay(Duration.newBuilder().setSeconds(1)).build();
		StatusRuntimeException ex = call(RICH_STATUS.ending(EndReason.FAILED,
				Status.NOT_FOUND.withDescription(description), new Metadata(), "abc", retry));
		assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
		assertThat(description).startsWith(ex.getStatus().getDescription());
		assertThat(ex.getStatus().getDescription()).hasSizeGreaterThan(800);
		assertThat(details(ex).getMessage()).isEqualTo(ex.getStatus().getDescription());
		assertThat(messages(details(ex))).containsExactly(errorInfo("grpcpatterns", "NOT_FOUND"), requestInfo("abc"),
				retry);
	}

	@Test
	void theDescriptionIsCutAfterTheViolationsAndBeforeTheDetails() {
		StatusRuntimeException ex = call(
				RICH_STATUS.ending(EndReason.INVALID_REQUEST, Status.INVALID_ARGUMENT.withDescription("x".repeat(5000)),
						new Metadata(), "abc", badRequest(100), DebugInfo.newBuilder().setDetail("y").build()));
		assertThat(ex.getStatus().getDescription()).hasSizeBetween(2000, 4999);
		assertThat(messages(details(ex))).contains(badRequest(0), DebugInfo.newBuilder().setDetail("y").build());
	}

	@Test
	void theReasonIsTheLastOfTheDetails() {
		DebugInfo large = DebugInfo.newBuilder().setDetail("y".repeat(6500)).build();
		StatusRuntimeException ex = call(RICH_STATUS.ending(EndReason.FAILED,
				Status.NOT_FOUND.withDescription("x".repeat(5000)), new Metadata(), "abc", large));
		assertThat(messages(details(ex))).containsExactly(errorInfo("grpcpatterns", "NOT_FOUND"), requestInfo("abc"));
		assertThat(ex.getStatus().getDescription()).isNull();
	}

	@Test
	void ownTrailersCountToo() {
		Metadata trailers = new Metadata();
		trailers.put(OWN, "x".repeat(3000));
		trailers.put(OWN, "x".repeat(3000));
		trailers.put(Metadata.Key.of("own-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[600]);
		StatusRuntimeException ex = call(RICH_STATUS.ending(EndReason.FAILED,
				Status.NOT_FOUND.withDescription("x".repeat(5000)), trailers, null, badRequest(100)));
		assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
		assertThat(ex.getStatus().getDescription()).hasSizeBetween(100, 1500);
		assertThat(messages(details(ex))).contains(errorInfo("grpcpatterns", "NOT_FOUND"));
		assertThat(ex.getTrailers().getAll(OWN)).hasSize(2);
	}

	/**
	 * Around the bound one byte decides, whatever the transport adds.
	 */
	@Test
	void whateverTheSizeTheClientGetsTheStatus() {
		for (int length = 3200; length < 3600; length++) {
			StatusRuntimeException ex = call(RICH_STATUS.ending(EndReason.FAILED,
					Status.NOT_FOUND.withDescription("x".repeat(length)), new Metadata(), null));
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
			assertThat(ex.getStatus().getDescription()).hasSizeBetween(3200, length);
			assertThat(messages(details(ex))).hasSize(1);
		}
		for (int length = 7600; length < 7990; length++) {
			Metadata trailers = new Metadata();
			trailers.put(OWN, "x".repeat(length));
			StatusRuntimeException ex = call(RICH_STATUS.ending(EndReason.FAILED,
					Status.NOT_FOUND.withDescription("y".repeat(100)), trailers, null));
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
		}
	}

	private static StatusRuntimeException call(CallEnding ending) {
		REFUSING.ending = ending;
		StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class,
				() -> harness.blocking().ping(PingRequest.getDefaultInstance()));
		assertThat(thrown).isNotNull();
		assertThat(RECORDER.await().status().getCode()).isEqualTo(thrown.getStatus().getCode());
		return thrown;
	}

	private static com.google.rpc.Status details(StatusRuntimeException ex) {
		return ex.getTrailers().get(RichStatus.DETAILS);
	}

	private static List<Message> messages(com.google.rpc.Status status) {
		return status.getDetailsList().stream().map(RichStatusTests::message).toList();
	}

	private static Message message(Any any) {
		try {
			for (Class<? extends Message> type : List.of(ErrorInfo.class, RequestInfo.class, BadRequest.class,
					RetryInfo.class, DebugInfo.class)) {
				if (any.is(type)) {
					return any.unpack(type);
				}
			}
		}
		catch (InvalidProtocolBufferException ex) {
			throw new AssertionError(ex);
		}
		throw new AssertionError("unexpected detail " + any.getTypeUrl());
	}

	private static ErrorInfo errorInfo(String domain, String reason) {
		return ErrorInfo.newBuilder().setDomain(domain).setReason(reason).build();
	}

	private static RequestInfo requestInfo(String id) {
		return RequestInfo.newBuilder().setRequestId(id).build();
	}

	private static BadRequest badRequest(int violations) {
		return BadRequest.newBuilder()
			.addAllFieldViolations(IntStream.range(0, violations)
				.mapToObj((i) -> BadRequest.FieldViolation.newBuilder()
					.setField("field[" + i + "]")
					.setDescription("must not be empty")
					.build())
				.toList())
			.build();
	}

	/**
	 * Ends every call as the test says.
	 */
	private static final class Refusing implements ServerInterceptor {

		private volatile CallEnding ending;

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			return ServerCallGuard.current().refuse(call, this.ending);
		}

	}

}
