/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.concurrent.SharedCallTimer;
import io.github.grpcpatterns.testing.BrokenCall;
import io.github.grpcpatterns.testing.BrokenCall.Operation;
import io.github.grpcpatterns.testing.FaultyService;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Tests for calls that are retried through interceptors, listeners and executors that
 * fail: whatever is thrown where, the call ends, once.
 */
@Timeout(60)
class RetryErrorTests {

	private static final PingRequest REQUEST = PingRequest.newBuilder().setValue("a").build();

	private final SharedCallTimer timer = TestCalls.sharedTimer();

	private FaultyService service;

	private RetryClientInterceptor retry;

	private GrpcHarness harness;

	@AfterEach
	void close() {
		this.harness.close();
		this.timer.close();
	}

	private void start(FaultyService service, BrokenCall broken, String... settings) {
		this.service = service;
		this.retry = Retries.interceptor(this.timer,
				Stream.concat(Stream.of("initial-backoff=1ms", "max-attempts=3"), Stream.of(settings))
					.toArray(String[]::new));
		this.harness = GrpcHarness.inProcess()
			.service(service)
			.clientInterceptors(TestCalls.callClientInterceptor(this.timer), this.retry, broken)
			.start();
	}

	static Stream<Arguments> failures() {
		return Stream
			.of(new NoClassDefFoundError("gone"), new StackOverflowError(), new IllegalStateException("bug"),
					new IOException("as of Kotlin"))
			.flatMap((failure) -> Stream
				.of(Operation.NEW_CALL, Operation.START, Operation.REQUEST, Operation.COMPRESS, Operation.SEND,
						Operation.HALF_CLOSE)
				.map((operation) -> Arguments.of(operation, failure)));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void whenALaterAttemptCannotBeMadeThenTheCallEndsOnceWithTheException(Operation operation, Throwable failure) {
		start(FaultyService.failing(1, Status.Code.UNAVAILABLE), new BrokenCall(operation, 2, failure));
		Heard heard = begin(new Heard(null), CallOptions.DEFAULT);
		Status status = heard.status();
		assertThat(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
		assertThat(status.getCause()).isSameAs(failure);
		await().until(() -> this.retry.buffered() == 0);
		this.harness.close();
		assertThat(heard.closes).hasValue(1);
	}

	static Stream<Arguments> failuresOfStubs() {
		return failures().filter((failure) -> failure.get()[0] != Operation.COMPRESS); // they
																						// do
																						// not
																						// ask
																						// for
																						// it
	}

	@ParameterizedTest
	@MethodSource("failuresOfStubs")
	void whenALaterAttemptCannotBeMadeThenABlockingCallerIsTold(Operation operation, Throwable failure) {
		start(FaultyService.failing(1, Status.Code.UNAVAILABLE), new BrokenCall(operation, 2, failure));
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> this.harness.blocking().ping(REQUEST))
			.withCause(failure);
		await().until(() -> this.retry.buffered() == 0);
	}

	@ParameterizedTest
	@EnumSource(names = { "NEW_CALL", "START" })
	void whenTheFirstAttemptCannotBeMadeThenTheCallerGetsTheExceptionAndNothingFollows(Operation operation) {
		Throwable failure = new IOException("as of Kotlin");
		BrokenCall broken = new BrokenCall(operation, 1, failure);
		start(FaultyService.failing(0, Status.Code.UNAVAILABLE), broken);
		Heard heard = new Heard(null);
		ClientCall<PingRequest, PingResponse> call = this.harness.channel()
			.newCall(PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT);
		assertThatThrownBy(() -> call.start(heard, new Metadata())).isSameAs(failure);
		call.cancel("as stubs do", failure);
		this.harness.close();
		assertThat(heard.closes).hasValue(0);
		assertThat(broken.calls()).isEqualTo(1);
		assertThat(this.retry.buffered()).isZero();
	}

	@Test
	void whenAnAttemptCannotTellItsPeerThenTheCallStillEnds() {
		start(FaultyService.failing(1, Status.Code.UNAVAILABLE),
				new BrokenCall(Operation.ATTRIBUTES, 2, new StackOverflowError()));
		assertThat(this.harness.blocking().ping(REQUEST).getValue()).isEqualTo("a");
	}

	@Test
	void whenAnAttemptCannotBeCancelledThenTheCallStillEnds() {
		FaultyService service = new FaultyService((run) -> FaultyService.Fault.stall());
		start(service, new BrokenCall(Operation.CANCEL, 1, new NoClassDefFoundError("gone")));
		Heard heard = begin(new Heard(null), CallOptions.DEFAULT);
		await().until(() -> service.runs.get() == 1);
		heard.call.cancel("enough", null);
		assertThat(heard.status().getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(heard.status().getDescription()).isEqualTo("enough");
		this.harness.close();
		assertThat(heard.closes).hasValue(1);
	}

	@Test
	void whenALateAttemptCannotBeCancelledThenTheNextOneIsMade() {
		FaultyService service = new FaultyService((run) -> (run == 1) ? FaultyService.Fault.stall() : null);
		start(service, new BrokenCall(Operation.CANCEL, 1, new NoClassDefFoundError("gone")), "attempt-timeout=50ms",
				"overrides[0].methods=*", "overrides[0].idempotent=true");
		assertThat(this.harness.blocking().ping(REQUEST).getValue()).isEqualTo("a");
		assertThat(service.runs).hasValue(2);
	}

	@ParameterizedTest
	@EnumSource
	void whenTheListenerThrowsAnErrorThenTheCallEndsOnce(Callback callback) {
		start(FaultyService.failing(1, Status.Code.UNAVAILABLE), none());
		Heard heard = begin(PingServiceGrpc.getPingStreamMethod(), new Heard(callback), CallOptions.DEFAULT);
		assertThat(heard.status().getCode())
			.isEqualTo((callback == Callback.CLOSE) ? Status.Code.OK : Status.Code.CANCELLED);
		// what the listener throws at the end is for the handler of the executor's thread
		await().dontCatchUncaughtExceptions().until(() -> this.retry.buffered() == 0);
		this.harness.close();
		assertThat(heard.closes).hasValue(1);
	}

	@Test
	void whenTheExecutorOfTheCallIsClosedDuringAPauseThenTheCallStillEnds() throws Exception {
		start(FaultyService.failing(9, Status.Code.UNAVAILABLE), none(), "initial-backoff=1h", "max-backoff=1h");
		ExecutorService executor = Executors.newSingleThreadExecutor();
		Heard heard = new Heard(null);
		begin(heard, CallOptions.DEFAULT.withExecutor(executor));
		await().until(() -> this.service.runs.get() == 1);
		executor.submit(() -> {
		}).get(10, TimeUnit.SECONDS);
		executor.shutdown();
		assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
		heard.call.cancel("enough", null);
		assertThat(heard.status().getCode()).isEqualTo(Status.Code.CANCELLED);
	}

	@Test
	void whenTheApplicationClosesDuringAPauseThenABlockingCallerIsToldOfTheLastAttempt() throws Exception {
		start(FaultyService.failing(9, Status.Code.UNAVAILABLE), none(), "initial-backoff=1h", "max-backoff=1h");
		CompletableFuture<Status> status = new CompletableFuture<>();
		Thread caller = new Thread(() -> {
			try {
				this.harness.blocking().ping(REQUEST);
			}
			catch (StatusRuntimeException ex) {
				status.complete(ex.getStatus());
			}
		});
		caller.start();
		await().until(() -> this.service.runs.get() == 1);
		this.timer.close();
		assertThat(status.get(10, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(status.get().getDescription()).isEqualTo("on purpose");
		assertThat(this.service.runs).hasValue(1);
	}

	private static BrokenCall none() {
		return new BrokenCall(Operation.START, 0, new IOException());
	}

	private Heard begin(Heard heard, CallOptions options) {
		return begin(PingServiceGrpc.getPingMethod(), heard, options);
	}

	private Heard begin(MethodDescriptor<PingRequest, PingResponse> method, Heard heard, CallOptions options) {
		ClientCall<PingRequest, PingResponse> call = this.harness.channel().newCall(method, options);
		heard.call = call;
		call.start(heard, new Metadata());
		call.request(2);
		call.setMessageCompression(true);
		call.sendMessage(REQUEST);
		call.halfClose();
		return heard;
	}

	/**
	 * What a listener may fail at.
	 */
	private enum Callback {

		HEADERS, MESSAGE, READY, CLOSE

	}

	/**
	 * Counts the ends of a call, and fails where it is told to.
	 */
	private static final class Heard extends ClientCall.Listener<PingResponse> {

		private final AtomicInteger closes = new AtomicInteger();

		private final CompletableFuture<Status> status = new CompletableFuture<>();

		private final Callback failing;

		private ClientCall<PingRequest, PingResponse> call;

		Heard(Callback failing) {
			this.failing = failing;
		}

		private void at(Callback callback) {
			if (callback == this.failing) {
				throw new NoClassDefFoundError("gone");
			}
		}

		@Override
		public void onHeaders(Metadata headers) {
			at(Callback.HEADERS);
		}

		@Override
		public void onMessage(PingResponse message) {
			at(Callback.MESSAGE);
		}

		@Override
		public void onReady() {
			at(Callback.READY);
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			this.closes.incrementAndGet();
			this.status.complete(status);
			at(Callback.CLOSE);
		}

		Status status() {
			return this.status.orTimeout(30, TimeUnit.SECONDS).join();
		}

	}

}
