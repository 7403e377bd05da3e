/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.Closes;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ErrorServerInterceptor}: whatever throws, a call ends once.
 */
class ErrorServerInterceptorTests {

	private static final Metadata.Key<String> OWN = Metadata.Key.of("own", Metadata.ASCII_STRING_MARSHALLER);

	@Test
	void itStandsInnermost() {
		assertThat(new ErrorServerInterceptor(new RichStatus("test")).getOrder())
			.isEqualTo(ServerInterceptorOrder.ERRORS);
	}

	static Stream<Arguments> failures() {
		List<Arguments> failures = new ArrayList<>();
		for (CallKind kind : CallKind.values()) {
			for (FailingService.Way way : FailingService.Way.values()) {
				failures.add(Arguments.of(kind, way));
			}
		}
		return failures.stream();
	}

	@ParameterizedTest
	@MethodSource("failures")
	void whateverTheHandlerFailsWithEndsCallsOfAllKindsOnce(CallKind kind, FailingService.Way way) {
		try (ErrorFixture fixture = ErrorFixture.withDefaults()) {
			fixture.service.failWith(way, () -> new NoSuchElementException("secret"));
			assertEnded(fixture, kind, Status.Code.NOT_FOUND, "not found", EndReason.FAILED);
			fixture.service.failWith(way, () -> new AssertionError("secret"));
			assertEnded(fixture, kind, Status.Code.INTERNAL, "internal error", EndReason.INTERNAL);
			fixture.service.failWith(way, () -> Status.OUT_OF_RANGE.withDescription("own").asRuntimeException());
			assertEnded(fixture, kind, Status.Code.OUT_OF_RANGE, "own", EndReason.FAILED);
			fixture.service.failWith(way, () -> Status.DATA_LOSS.withDescription("own").asException());
			assertEnded(fixture, kind, Status.Code.DATA_LOSS, "own", EndReason.FAILED);
			assertThat(fixture.recorder.count()).isZero();
			assertThat(fixture.closes.statuses).hasSize(4);
		}
	}

	private static void assertEnded(ErrorFixture fixture, CallKind kind, Status.Code code, String description,
			EndReason reason) {
		StatusRuntimeException ex = kind.await(fixture.harness.channel());
		assertThat(ex.getStatus().getCode()).isEqualTo(code);
		assertThat(ex.getStatus().getDescription()).isEqualTo(description);
		GrpcErrors error = GrpcErrors.from(ex);
		assertThat(error.reason()).isEqualTo(code.name());
		assertThat(error.correlationId()).isEqualTo(ErrorFixture.CORRELATION_ID);
		CallRecord call = fixture.recorder.await();
		assertThat(call.status().getCode()).isEqualTo(code);
		assertThat(call.endReason()).isEqualTo(reason);
		assertThat(call.exceptionUnknown()).isEqualTo(reason == EndReason.INTERNAL);
	}

	static Stream<Arguments> callbacks() {
		List<Arguments> callbacks = new ArrayList<>();
		for (CallKind kind : CallKind.values()) {
			for (Callback callback : new Callback[] { Callback.START, Callback.READY, Callback.MESSAGE,
					Callback.HALF_CLOSE }) {
				callbacks.add(Arguments.of(kind, callback));
			}
		}
		return callbacks.stream();
	}

	@ParameterizedTest
	@MethodSource("callbacks")
	void whatAUserInterceptorThrowsIsMappedToo(CallKind kind, Callback callback) {
		try (Throwing throwing = new Throwing(callback, new NoSuchElementException("secret"))) {
			StatusRuntimeException ex = kind.await(throwing.harness.channel());
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
			assertThat(ex.getStatus().getDescription()).isEqualTo("not found");
			CallRecord call = throwing.recorder.await();
			assertThat(call.status().getCode()).isEqualTo(Status.Code.NOT_FOUND);
			assertThat(call.exception()).isInstanceOf(NoSuchElementException.class);
			assertThat(throwing.recorder.count()).isZero();
			assertThat(throwing.closes.statuses).hasSize(1);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatIsThrownAfterTheEndChangesNothing(CallKind kind) {
		try (Throwing throwing = new Throwing(Callback.COMPLETE, new IllegalStateException("secret"))) {
			StatusRuntimeException ex = kind.await(throwing.harness.channel());
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.OK);
			CallRecord call = throwing.recorder.await();
			assertThat(call.endReason()).isEqualTo(EndReason.COMPLETED);
			assertThat(call.exception()).isNull();
			assertThat(throwing.closes.statuses).hasSize(1);
		}
	}

	@Test
	void whatIsThrownInOnCancelChangesNothing() {
		try (Throwing throwing = new Throwing(Callback.CANCEL, new IllegalStateException("secret"))) {
			ClientCall<PingRequest, PingResponse> call = throwing.harness.channel()
				.newCall(PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT);
			call.start(new ClientCall.Listener<>() {

				@Override
				public void onMessage(PingResponse message) {
					call.cancel("enough", null);
				}

			}, new Metadata());
			call.request(1);
			call.sendMessage(PingRequest.getDefaultInstance());
			CallRecord record = throwing.recorder.await();
			assertThat(record.endReason()).isEqualTo(EndReason.CANCELLED);
			assertThat(record.exception()).isNull();
			assertThat(throwing.closes.statuses).as("so that traces tell of the cancel").hasSize(1);
		}
	}

	@Test
	void trailersThatUserInterceptorsAddStay() {
		ServerInterceptor own = new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				return next.startCall(new ForwardingServerCall.SimpleForwardingServerCall<>(call) {

					@Override
					public void close(Status status, Metadata trailers) {
						trailers.put(OWN, "value");
						super.close(status, trailers);
					}

				}, headers);
			}

		};
		try (ErrorFixture fixture = ErrorFixture.withDefaults(own)) {
			StatusRuntimeException mapped = fixture.onError(() -> new NoSuchElementException("secret"));
			assertThat(mapped.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
			assertThat(mapped.getTrailers().get(OWN)).isEqualTo("value");
			assertThat(GrpcErrors.from(mapped).reason()).isEqualTo("NOT_FOUND");
			StatusRuntimeException status = fixture.onError(Status.ABORTED::asException);
			assertThat(status.getTrailers().get(OWN)).isEqualTo("value");
			assertThat(GrpcErrors.from(status).reason()).isEqualTo("ABORTED");
		}
	}

	/**
	 * Where a user's interceptor throws.
	 */
	enum Callback {

		START, READY, MESSAGE, HALF_CLOSE, COMPLETE, CANCEL

	}

	/**
	 * A service that works, behind an interceptor that throws.
	 */
	private static final class Throwing implements ServerInterceptor, AutoCloseable {

		private final Callback callback;

		private final RuntimeException failure;

		private final CallRecorder recorder = new CallRecorder();

		private final Closes closes = new Closes();

		private final GrpcHarness harness;

		Throwing(Callback callback, RuntimeException failure) {
			this.callback = callback;
			this.failure = failure;
			this.harness = GrpcHarness.netty()
				.service(new PingService())
				.mapping(ErrorFixture.mapping(ErrorFixture.properties()))
				.interceptors(this.recorder, this.closes)
				.innerInterceptors(new ErrorServerInterceptor(new RichStatus(RichStatus.DEFAULT_DOMAIN)), this)
				.start();
		}

		@Override
		public void close() {
			this.harness.close();
		}

		private void in(Callback callback) {
			if (this.callback == callback) {
				throw this.failure;
			}
		}

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			in(Callback.START);
			return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
					next.startCall(call, headers)) {

				@Override
				public void onReady() {
					in(Callback.READY);
					super.onReady();
				}

				@Override
				public void onMessage(ReqT message) {
					in(Callback.MESSAGE);
					super.onMessage(message);
				}

				@Override
				public void onHalfClose() {
					in(Callback.HALF_CLOSE);
					super.onHalfClose();
				}

				@Override
				public void onComplete() {
					in(Callback.COMPLETE);
					super.onComplete();
				}

				@Override
				public void onCancel() {
					in(Callback.CANCEL);
					super.onCancel();
				}

			};
		}

	}

}
