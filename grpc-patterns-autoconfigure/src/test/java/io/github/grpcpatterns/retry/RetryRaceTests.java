/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.concurrent.SharedCallTimer;
import io.github.grpcpatterns.testing.FaultyService;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.Received;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link RetryClientInterceptor} where everything happens at once.
 */
@Timeout(120)
class RetryRaceTests {

	private static final PingRequest REQUEST = PingRequest.newBuilder().setValue("a").build();

	private static final String[] FAST = { "initial-backoff=1ms", "max-backoff=2ms", "budget.max-tokens=0",
			"max-attempts=5" };

	private final SharedCallTimer timer = TestCalls.sharedTimer();

	private final ExecutorService threads = Executors.newFixedThreadPool(8);

	private RetryClientInterceptor retry;

	private GrpcHarness harness;

	@AfterEach
	void close() {
		this.threads.shutdownNow();
		this.harness.close();
	}

	private void start(boolean netty, FaultyService service, String... settings) {
		String[] all = Stream.concat(Arrays.stream(FAST), Arrays.stream(settings)).toArray(String[]::new);
		this.retry = Retries.interceptor(this.timer, all);
		this.harness = (netty ? GrpcHarness.netty() : GrpcHarness.inProcess()).service(service)
			.clientInterceptors(TestCalls.callClientInterceptor(this.timer), this.retry)
			.start();
	}

	/**
	 * Half of the runs fail.
	 */
	private static FaultyService flaky() {
		return new FaultyService((run) -> ThreadLocalRandom.current().nextBoolean()
				? FaultyService.Fault.status(Status.Code.UNAVAILABLE) : null);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenCallersCancelAtAnyTimeThenEachCallEndsOnce(boolean netty) throws Exception {
		start(netty, FaultyService.failing(Integer.MAX_VALUE, Status.Code.UNAVAILABLE), "max-attempts=1000");
		List<Heard> calls = new ArrayList<>();
		for (int i = 0; i < 4000; i++) {
			Heard heard = new Heard();
			calls.add(heard);
			boolean byContext = i % 2 == 0;
			// with and without an executor of the caller's
			CallOptions options = (i % 3 == 0) ? CallOptions.DEFAULT.withExecutor(this.threads) : CallOptions.DEFAULT;
			Context.CancellableContext context = Context.current().withCancellation();
			ClientCall<PingRequest, PingResponse> call = context
				.call(() -> this.harness.channel().newCall(PingServiceGrpc.getPingMethod(), options));
			call.start(heard, new Metadata());
			call.request(2);
			this.threads.execute(() -> {
				LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(4_000_000));
				if (byContext) {
					context.cancel(null);
				}
				else {
					call.cancel("enough", null);
				}
			});
			// the caller goes on while it is cancelled
			try {
				call.sendMessage(REQUEST);
				call.halfClose();
			}
			catch (IllegalStateException ex) {
				assertThat(ex).hasMessage("call was cancelled");
			}
		}
		for (Heard heard : calls) {
			assertThat(heard.status().getCode()).isIn(Status.Code.CANCELLED, Status.Code.UNAVAILABLE);
		}
		await().until(() -> this.retry.buffered() == 0);
		assertThat(calls).allSatisfy((heard) -> assertThat(heard.closes).hasValue(1));
		assertThat(calls).allSatisfy((heard) -> assertThat(heard.afterClose).hasValue(0));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenServerIsFlakyThenBlockingStubsNeverHang(boolean netty) throws Exception {
		start(netty, flaky());
		AtomicInteger good = new AtomicInteger();
		AtomicInteger bad = new AtomicInteger();
		List<Future<?>> all = new ArrayList<>();
		for (int i = 0; i < 3000; i++) {
			int kind = i % 3;
			all.add(this.threads.submit(() -> {
				try {
					switch (kind) {
						case 0 -> assertThat(this.harness.blocking().ping(REQUEST).getValue()).isEqualTo("a");
						case 1 -> assertThat(this.harness.blocking().pingList(REQUEST.toBuilder().setCount(3).build()))
							.toIterable()
							.hasSize(3);
						default -> v2();
					}
					good.incrementAndGet();
				}
				catch (StatusRuntimeException ex) {
					assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
					bad.incrementAndGet();
				}
			}));
		}
		for (Future<?> one : all) {
			one.get(60, TimeUnit.SECONDS);
		}
		assertThat(good.get() + bad.get()).isEqualTo(3000);
		assertThat(bad.get()).isLessThan(300); // five attempts: one in 32
		await().until(() -> this.retry.buffered() == 0);
	}

	private void v2() {
		try {
			PingServiceGrpc.PingServiceBlockingV2Stub stub = PingServiceGrpc.newBlockingV2Stub(this.harness.channel());
			BlockingClientCall<PingRequest, PingResponse> call = stub.pingStream();
			call.write(REQUEST);
			call.write(REQUEST);
			call.halfClose();
			assertThat(call.read().getCounter()).isEqualTo(2);
		}
		catch (StatusException ex) {
			throw ex.getStatus().asRuntimeException();
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	@Test
	void whenAnswersAndTimeoutsMeetThenNothingIsDeliveredTwice() throws Exception {
		start(true, new FaultyService((run) -> (responses) -> {
			LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(6_000_000));
			responses.onNext(FaultyService.answer(REQUEST, run));
			responses.onCompleted();
		}), "attempt-timeout=3ms", "overrides[0].methods=*", "overrides[0].idempotent=true");
		List<Heard> calls = new ArrayList<>();
		for (int i = 0; i < 2000; i++) {
			Heard heard = new Heard();
			calls.add(heard);
			ClientCall<PingRequest, PingResponse> call = this.harness.channel()
				.newCall(PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT);
			call.start(heard, new Metadata());
			call.request(2);
			call.sendMessage(REQUEST);
			call.halfClose();
			if (i % 20 == 0) {
				heard.status();
			}
		}
		int good = 0;
		for (Heard heard : calls) {
			if (heard.status().isOk()) {
				good++;
				assertThat(heard.messages).hasValue(1);
			}
			else {
				assertThat(heard.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
				assertThat(heard.messages).hasValue(0);
			}
			assertThat(heard.closes).hasValue(1);
		}
		assertThat(good).isPositive();
		await().until(() -> this.retry.buffered() == 0);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenStreamsAreRetriedWhileTheyAreFedThenNothingIsLostOrOutOfOrder(boolean netty) throws Exception {
		FaultyService service = new FaultyService(
				(run) -> (run % 3 != 0) ? FaultyService.Fault.status(Status.Code.UNAVAILABLE) : null);
		start(netty, service, "max-attempts=1000");
		List<Received<PingResponse>> all = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			Received<PingResponse> answers = new Received<>();
			all.add(answers);
			this.threads.execute(() -> {
				StreamObserver<PingRequest> requests = this.harness.async().pingBidi(answers);
				for (int message = 0; message < 200; message++) {
					requests.onNext(PingRequest.newBuilder().setValue(Integer.toString(message)).build());
				}
				requests.onCompleted();
			});
		}
		for (Received<PingResponse> answers : all) {
			assertThat(answers.error()).isNull();
			List<PingResponse> received = answers.values;
			assertThat(received).hasSize(200);
			for (int message = 0; message < 200; message++) {
				assertThat(received.get(message).getValue()).isEqualTo(Integer.toString(message));
				assertThat(received.get(message).getCounter()).isEqualTo(message);
			}
		}
		await().until(() -> this.retry.buffered() == 0);
	}

	@Test
	void whenCallerIsInterruptedDuringAWaitThenItsBlockingCallEnds() throws Exception {
		start(true, FaultyService.failing(Integer.MAX_VALUE, Status.Code.UNAVAILABLE), "initial-backoff=1h",
				"max-backoff=1h");
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
		await().atMost(Duration.ofSeconds(10)).until(() -> caller.getState() == Thread.State.WAITING);
		caller.interrupt();
		assertThat(status.get(10, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.CANCELLED);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenTheApplicationClosesAtAnyTimeThenEachCallEndsOnce(boolean netty) throws Exception {
		start(netty, FaultyService.failing(Integer.MAX_VALUE, Status.Code.UNAVAILABLE), "max-attempts=1000000");
		List<Heard> calls = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			Heard heard = new Heard();
			calls.add(heard);
			CallOptions options = (i % 2 == 0) ? CallOptions.DEFAULT.withExecutor(Runnable::run) : CallOptions.DEFAULT;
			ClientCall<PingRequest, PingResponse> call = this.harness.channel()
				.newCall(PingServiceGrpc.getPingMethod(), options);
			call.start(heard, new Metadata());
			call.request(2);
			call.sendMessage(REQUEST);
			call.halfClose();
			this.harness.channel().newCall(PingServiceGrpc.getPingMethod(), options); // never
																						// started
			if (i % 50 == 0) {
				this.threads.submit(() -> this.harness.blocking().ping(REQUEST));
			}
			if (i == 400) {
				new Thread(this.timer::close).start();
			}
		}
		for (Heard heard : calls) {
			assertThat(heard.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		}
		this.threads.shutdown(); // blocking calls waiting for a thread are made, and end
		assertThat(this.threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
		await().until(() -> this.retry.buffered() == 0);
		assertThat(calls).allSatisfy((heard) -> assertThat(heard.closes).hasValue(1));
		assertThat(calls).allSatisfy((heard) -> assertThat(heard.afterClose).hasValue(0));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenCallerRunsCallbacksDirectlyThenCallsEndToo(boolean netty) throws Exception {
		start(netty, flaky());
		Executor direct = Runnable::run;
		MethodDescriptor<PingRequest, PingResponse> method = PingServiceGrpc.getPingMethod();
		List<Future<PingResponse>> all = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			all.add(ClientCalls.futureUnaryCall(
					this.harness.channel().newCall(method, CallOptions.DEFAULT.withExecutor(direct)), REQUEST));
		}
		int good = 0;
		for (Future<PingResponse> one : all) {
			try {
				one.get(10, TimeUnit.SECONDS);
				good++;
			}
			catch (ExecutionException ex) {
				assertThat(Status.fromThrowable(ex.getCause()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			}
		}
		assertThat(good).isGreaterThan(400);
	}

	/**
	 * Counts what one call hears.
	 */
	private static final class Heard extends ClientCall.Listener<PingResponse> {

		final AtomicInteger messages = new AtomicInteger();

		final AtomicInteger closes = new AtomicInteger();

		final AtomicInteger afterClose = new AtomicInteger();

		private final CompletableFuture<Status> status = new CompletableFuture<>();

		@Override
		public void onHeaders(Metadata headers) {
			this.afterClose.addAndGet(this.closes.get());
		}

		@Override
		public void onMessage(PingResponse message) {
			this.messages.incrementAndGet();
			this.afterClose.addAndGet(this.closes.get());
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			this.closes.incrementAndGet();
			this.status.complete(status);
		}

		Status status() {
			return this.status.orTimeout(60, TimeUnit.SECONDS).join();
		}

	}

}
