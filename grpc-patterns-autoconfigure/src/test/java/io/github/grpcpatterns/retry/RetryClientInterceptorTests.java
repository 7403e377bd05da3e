/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.RetryInfo;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.FaultyProxy;
import io.github.grpcpatterns.testing.FaultyService;
import io.github.grpcpatterns.testing.FaultyService.Fault;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.Received;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.retry.event.RetryEvent;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link RetryClientInterceptor} against a server that misbehaves, over a real
 * transport.
 */
class RetryClientInterceptorTests {

	private static final PingRequest REQUEST = PingRequest.newBuilder().setValue("a").build();

	private static final String PING = "grpcpatterns.testing.v1.PingService/Ping";

	private static final Map<String, ?> WAIT_FOR_READY = Map.of("methodConfig",
			List.of(Map.of("name", List.of(Map.of()), "waitForReady", true)));

	private final PolicyClock timer = new PolicyClock();

	private final Attempts attempts = new Attempts();

	private final RetryRegistry registry = RetryRegistry.ofDefaults();

	private final List<AutoCloseable> open = new ArrayList<>();

	private double random = 0.5;

	private FaultyService service;

	private RetryClientInterceptor retry;

	private PingServiceGrpc.PingServiceFutureStub stub;

	private PingServiceGrpc.PingServiceStub async;

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable closeable : this.open) {
			closeable.close();
		}
	}

	private GrpcHarness start(FaultyService service, String... settings) {
		this.service = service;
		this.retry = Retries.interceptor(this.timer, this.registry, () -> this.random, settings);
		GrpcHarness harness = GrpcHarness.netty()
			.service(service)
			.clientInterceptors(TestCalls.callClientInterceptor(this.timer), this.retry, this.attempts)
			.start();
		this.open.add(harness);
		this.stub = PingServiceGrpc.newFutureStub(harness.channel());
		this.async = PingServiceGrpc.newStub(harness.channel());
		return harness;
	}

	/**
	 * Use a channel to another port, with the same interceptors.
	 */
	private ManagedChannel connect(int port) {
		return connect(port, Map.of());
	}

	private ManagedChannel connect(int port, Map<String, ?> serviceConfig) {
		ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", port)
			.usePlaintext()
			.disableRetry()
			.defaultServiceConfig(serviceConfig)
			.intercept(this.attempts, this.retry, TestCalls.callClientInterceptor(this.timer))
			.build();
		this.open.add(channel::shutdownNow);
		this.stub = PingServiceGrpc.newFutureStub(channel);
		return channel;
	}

	/**
	 * Wait for the next wait, and let it pass.
	 */
	private Duration pass() {
		await().until(() -> !this.timer.scheduled().isEmpty());
		Duration wait = this.timer.scheduled().get(0);
		this.timer.advance(wait);
		return wait;
	}

	private static Status status(ListenableFuture<?> call) {
		return Status.fromThrowable(failure(call));
	}

	private static Throwable failure(ListenableFuture<?> call) {
		try {
			throw new AssertionError("no failure but " + call.get(10, TimeUnit.SECONDS));
		}
		catch (ExecutionException ex) {
			return ex.getCause();
		}
		catch (InterruptedException | TimeoutException ex) {
			throw new AssertionError(ex);
		}
	}

	private static Metadata pushback(String value) {
		Metadata trailers = new Metadata();
		trailers.put(RichStatus.PUSHBACK, value);
		return trailers;
	}

	private static Metadata retryInfo(int seconds) {
		Metadata trailers = new Metadata();
		RetryInfo info = RetryInfo.newBuilder()
			.setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(seconds))
			.build();
		trailers.put(RichStatus.DETAILS, com.google.rpc.Status.newBuilder().addDetails(Any.pack(info)).build());
		return trailers;
	}

	// Counts and waits

	@Test
	void whenServerRefusesThenEveryMethodIsRetriedWithGrowingWaits() throws Exception {
		start(FaultyService.failing(3, Status.Code.UNAVAILABLE));
		ListenableFuture<PingResponse> call = this.stub.ping(REQUEST);
		assertThat(pass()).isEqualTo(Duration.ofMillis(500));
		assertThat(pass()).isEqualTo(Duration.ofSeconds(1));
		assertThat(pass()).isEqualTo(Duration.ofSeconds(2));
		assertThat(call.get(10, TimeUnit.SECONDS).getValue()).isEqualTo("a");
		assertThat(this.service.runs).hasValue(4);
		assertThat(this.attempts.previous()).containsExactly("null", "1", "2", "3");
		assertThat(this.attempts.record.attempts()).isEqualTo(4);
		assertThat(this.timer.scheduled()).isEmpty();
		await().until(() -> this.retry.buffered() == 0);
	}

	@Test
	void whenEveryAttemptFailsThenCallerGetsStatusAndTrailersOfTheLast() {
		start(new FaultyService((run) -> Fault.status(Status.Code.UNAVAILABLE, pushback("1" + run))));
		ListenableFuture<PingResponse> call = this.stub.ping(REQUEST);
		assertThat(pass()).isEqualTo(Duration.ofMillis(11));
		assertThat(pass()).isEqualTo(Duration.ofMillis(12));
		assertThat(pass()).isEqualTo(Duration.ofMillis(13));
		StatusRuntimeException failure = (StatusRuntimeException) failure(call);
		assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(failure.getStatus().getDescription()).isEqualTo("on purpose");
		assertThat(failure.getTrailers().get(RichStatus.PUSHBACK)).isEqualTo("14");
		assertThat(this.service.runs).hasValue(4);
		assertThat(this.timer.scheduled()).isEmpty();
		await().until(() -> this.retry.buffered() == 0); // a thread may still be sending
	}

	@ParameterizedTest
	@CsvSource({ "0, 400", "1, 600", "0.25, 450" })
	void whenThereIsJitterThenWaitsAreShorterOrLonger(double random, long millis) {
		this.random = random;
		start(FaultyService.failing(1, Status.Code.UNAVAILABLE));
		this.stub.ping(REQUEST);
		assertThat(pass()).isEqualTo(Duration.ofMillis(millis));
	}

	@Test
	void whenWaitsGrowThenMaxBackoffBoundsThem() {
		start(FaultyService.failing(9, Status.Code.UNAVAILABLE), "initial-backoff=1s", "multiplier=10",
				"max-backoff=15s");
		this.stub.ping(REQUEST);
		assertThat(pass()).isEqualTo(Duration.ofSeconds(1));
		assertThat(pass()).isEqualTo(Duration.ofSeconds(10));
		assertThat(pass()).isEqualTo(Duration.ofSeconds(15));
	}

	@Test
	void whenOverrideHasSettingsThenTheyHoldForItsMethods() {
		start(FaultyService.failing(9, Status.Code.ABORTED), "overrides[0].methods=" + PING,
				"overrides[0].codes=ABORTED", "overrides[0].max-attempts=2", "overrides[0].initial-backoff=7s");
		ListenableFuture<PingResponse> call = this.stub.ping(REQUEST);
		assertThat(pass()).isEqualTo(Duration.ofSeconds(7));
		assertThat(status(call).getCode()).isEqualTo(Status.Code.ABORTED);
		assertThat(this.service.runs).hasValue(2);
		assertThat(status(this.stub.pingSafe(REQUEST)).getCode()).isEqualTo(Status.Code.ABORTED);
		assertThat(this.service.runs).hasValue(3);
	}

	@Test
	void whenMaxAttemptsIsOneThenNothingIsRetried() {
		start(FaultyService.failing(9, Status.Code.UNAVAILABLE), "max-attempts=1");
		assertThat(status(this.stub.pingSafe(REQUEST)).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.service.runs).hasValue(1);
		assertThat(this.attempts.record.attempts()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(value = Status.Code.class, mode = EnumSource.Mode.EXCLUDE,
			names = { "OK", "UNAVAILABLE", "DEADLINE_EXCEEDED" })
	void whenCodeIsNotRetryableThenNothingIsRetried(Status.Code code) {
		start(FaultyService.failing(9, code));
		assertThat(status(this.stub.pingSafe(REQUEST)).getCode()).isEqualTo(code);
		assertThat(this.service.runs).hasValue(1);
	}

	@Test
	void whenInterceptorsAddHeadersThenEachAttemptStartsFresh() throws Exception {
		start(FaultyService.failing(1, Status.Code.UNAVAILABLE));
		ListenableFuture<PingResponse> call = this.stub.ping(REQUEST);
		pass();
		call.get(10, TimeUnit.SECONDS);
		assertThat(this.attempts.headers)
			.allSatisfy((headers) -> assertThat(headers.containsKey(Attempts.ADDED)).isFalse());
	}

	// Where a repeat may do harm

	@Test
	void whenDeadlineExceededThenOnlyIdempotentMethodsAreRetried() {
		start(FaultyService.failing(99, Status.Code.DEADLINE_EXCEEDED), "budget.max-tokens=0",
				"overrides[0].methods=grpcpatterns.testing.v1.PingService/PingList", "overrides[0].idempotent=true",
				"overrides[1].methods=grpcpatterns.testing.v1.PingService/PingSafe", "overrides[1].idempotent=false");
		assertThat(status(this.stub.ping(REQUEST)).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(this.service.runs).hasValue(1);
		ListenableFuture<PingResponse> idempotent = this.stub.pingIdempotent(REQUEST);
		pass();
		pass();
		pass();
		assertThat(status(idempotent).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(this.service.runs).hasValue(5);
		assertThat(status(this.stub.pingSafe(REQUEST)).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(this.service.runs).hasValue(6);
		Received<PingResponse> list = new Received<>();
		this.async.pingList(REQUEST, list);
		pass();
		pass();
		pass();
		assertThat(list.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(this.service.runs).hasValue(10);
	}

	@Test
	void whenMethodHasNoSideEffectsThenItIsRetriedAfterDeadlineExceeded() throws Exception {
		start(FaultyService.failing(1, Status.Code.DEADLINE_EXCEEDED));
		ListenableFuture<PingResponse> call = this.stub.pingSafe(REQUEST);
		pass();
		assertThat(call.get(10, TimeUnit.SECONDS).getValue()).isEqualTo("a");
	}

	@Test
	void whenIdempotentOnlyThenOthersAreNeverRetried() throws Exception {
		start(FaultyService.failing(2, Status.Code.UNAVAILABLE), "idempotent-only=true");
		assertThat(status(this.stub.ping(REQUEST)).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.service.runs).hasValue(1);
		ListenableFuture<PingResponse> call = this.stub.pingIdempotent(REQUEST);
		pass();
		assertThat(call.get(10, TimeUnit.SECONDS).getValue()).isEqualTo("a");
		connect(closedPort());
		assertThat(status(this.stub.ping(REQUEST)).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.attempts.count()).isEqualTo(4);
	}

	@Test
	void whenConnectionIsRefusedThenEveryMethodIsRetried() throws Exception {
		start(FaultyService.failing(0, Status.Code.OK));
		connect(closedPort());
		ListenableFuture<PingResponse> call = this.stub.ping(REQUEST);
		pass();
		pass();
		pass();
		assertThat(status(call).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.attempts.count()).isEqualTo(4);
	}

	@Test
	void whenConnectionIsLostAfterTheRequestLeftThenOnlyIdempotentMethodsAreRetried() throws Exception {
		FaultyProxy[] proxy = new FaultyProxy[1];
		GrpcHarness harness = start(new FaultyService((run) -> (run <= 2) ? (responses) -> proxy[0].cut() : null));
		proxy[0] = new FaultyProxy(harness.port());
		this.open.add(proxy[0]);
		connect(proxy[0].port());
		assertThat(status(this.stub.ping(REQUEST)).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.service.runs).hasValue(1);
		ListenableFuture<PingResponse> call = this.stub.pingIdempotent(REQUEST);
		pass();
		assertThat(call.get(10, TimeUnit.SECONDS).getValue()).isEqualTo("a");
		assertThat(this.service.runs).hasValue(3);
	}

	private static int closedPort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	// The time of an attempt

	@Test
	void whenAttemptTimesOutThenOnlyIdempotentMethodsAreRetried() throws Exception {
		start(new FaultyService((run) -> (run <= 2) ? Fault.stall() : null), "attempt-timeout=5s");
		ListenableFuture<PingResponse> other = this.stub.ping(REQUEST);
		await().untilAtomic(this.service.runs, Matchers.is(1));
		assertThat(pass()).isEqualTo(Duration.ofSeconds(5));
		Status status = status(other);
		assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(status.getDescription()).contains("attempt-timeout");
		ListenableFuture<PingResponse> idempotent = this.stub.pingIdempotent(REQUEST);
		await().untilAtomic(this.service.runs, Matchers.is(2));
		assertThat(pass()).isEqualTo(Duration.ofSeconds(5));
		assertThat(pass()).isEqualTo(Duration.ofMillis(500));
		assertThat(idempotent.get(10, TimeUnit.SECONDS).getValue()).isEqualTo("a");
		assertThat(this.timer.scheduled()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Ping", "PingList", "PingStream", "PingBidi" })
	void whenAnAttemptOfAnyKindTimesOutThenItIsMadeAgain(String name) {
		GrpcHarness harness = start(new FaultyService((run) -> Fault.stall()), "attempt-timeout=5s", "max-attempts=2",
				"overrides[0].methods=*", "overrides[0].idempotent=true");
		RawCall call = RawCall.start(harness.channel(), method(name), CallOptions.DEFAULT, new Metadata())
			.send(REQUEST)
			.halfClose();
		assertThat(pass()).isEqualTo(Duration.ofSeconds(5));
		assertThat(pass()).isEqualTo(Duration.ofMillis(500));
		assertThat(pass()).isEqualTo(Duration.ofSeconds(5));
		assertThat(call.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(this.attempts.count()).isEqualTo(2);
	}

	private static MethodDescriptor<PingRequest, PingResponse> method(String name) {
		return Stream
			.of(PingServiceGrpc.getPingMethod(), PingServiceGrpc.getPingListMethod(),
					PingServiceGrpc.getPingStreamMethod(), PingServiceGrpc.getPingBidiMethod())
			.filter((method) -> name.equals(method.getBareMethodName()))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void whenAttemptTimesOutBeforeThereIsAConnectionThenEveryMethodIsRetried() throws Exception {
		start(FaultyService.failing(0, Status.Code.OK), "attempt-timeout=5s", "max-attempts=2");
		FaultyProxy silent = new FaultyProxy(0);
		this.open.add(silent);
		connect(silent.port());
		ListenableFuture<PingResponse> call = this.stub.ping(REQUEST);
		assertThat(pass()).isEqualTo(Duration.ofSeconds(5));
		assertThat(pass()).isEqualTo(Duration.ofMillis(500));
		assertThat(pass()).isEqualTo(Duration.ofSeconds(5));
		assertThat(status(call).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(this.attempts.count()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenCallWaitsForReadyThenItsAttemptHasNoTimeoutUntilThereIsAConnection(boolean byServiceConfig)
			throws Exception {
		start(new FaultyService((run) -> (run == 1) ? Fault.stall() : null), "attempt-timeout=2s", "max-attempts=2");
		int port = closedPort();
		ManagedChannel channel = connect(port, byServiceConfig ? WAIT_FOR_READY : Map.of());
		ListenableFuture<PingResponse> call = (byServiceConfig ? this.stub : this.stub.withWaitForReady())
			.pingIdempotent(REQUEST);
		await().until(() -> channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE);
		this.timer.advance(Duration.ofSeconds(25));
		assertThat(this.attempts.count()).isOne();
		assertThat(call).isNotDone();
		Server server = NettyServerBuilder.forPort(port).addService(this.service).build().start();
		this.open.add(server::shutdownNow);
		channel.resetConnectBackoff();
		await().untilAtomic(this.service.runs, Matchers.is(1));
		assertThat(pass()).isEqualTo(Duration.ofSeconds(2));
		assertThat(pass()).isEqualTo(Duration.ofMillis(500));
		assertThat(call.get(10, TimeUnit.SECONDS).getValue()).isEqualTo("a");
		assertThat(this.timer.scheduled()).isEmpty();
	}

	@Test
	void whenHeadersHaveArrivedThenAttemptHasNoTimeout() throws Exception {
		CompletableFuture<StreamObserver<PingResponse>> handler = new CompletableFuture<>();
		start(new FaultyService((run) -> (responses) -> {
			responses.onNext(FaultyService.answer(REQUEST, 0));
			handler.complete(responses);
		}), "attempt-timeout=5s");
		Received<PingResponse> responses = new Received<>();
		this.async.pingList(REQUEST, responses);
		await().until(() -> responses.values.size() == 1);
		assertThat(this.timer.scheduled()).isEmpty();
		handler.get().onCompleted();
		assertThat(responses.status().isOk()).isTrue();
	}

	// What came back

	@Test
	void whenStreamDiesAfterItsFirstMessageThenNothingIsDeliveredTwice() {
		start(new FaultyService((run) -> (responses) -> {
			for (int i = 0; i < 3; i++) {
				responses.onNext(FaultyService.answer(REQUEST, i));
			}
			responses.onError(Status.UNAVAILABLE.asRuntimeException());
		}), "overrides[0].methods=*", "overrides[0].idempotent=true");
		Received<PingResponse> responses = new Received<>();
		this.async.pingList(REQUEST, responses);
		assertThat(responses.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(responses.values).extracting(PingResponse::getCounter).containsExactly(0, 1, 2);
		assertThat(this.service.runs).hasValue(1);
	}

	@Test
	void whenConnectionDiesMidStreamThenNothingIsDeliveredTwice() throws Exception {
		FaultyProxy[] proxy = new FaultyProxy[1];
		GrpcHarness harness = start(new FaultyService((run) -> (responses) -> {
			responses.onNext(FaultyService.answer(REQUEST, 0));
		}), "overrides[0].methods=*", "overrides[0].idempotent=true");
		proxy[0] = new FaultyProxy(harness.port());
		this.open.add(proxy[0]);
		connect(proxy[0].port());
		Received<PingResponse> responses = new Received<>();
		PingServiceGrpc.newStub(this.stub.getChannel()).pingList(REQUEST, responses);
		await().until(() -> responses.values.size() == 1);
		proxy[0].cut();
		assertThat(responses.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(responses.values).hasSize(1);
		assertThat(this.service.runs).hasValue(1);
	}

	// All four kinds

	@Test
	void whenServerStreamIsRefusedThenItIsMadeAgain() {
		start(FaultyService.failing(2, Status.Code.UNAVAILABLE));
		Received<PingResponse> responses = new Received<>();
		this.async.pingList(REQUEST.toBuilder().setCount(100).build(), responses);
		pass();
		pass();
		assertThat(responses.status().isOk()).isTrue();
		assertThat(responses.values).hasSize(100);
		assertThat(this.service.runs).hasValue(3);
	}

	@Test
	void whenClientStreamIsRefusedThenWhatWasSentIsSentAgain() {
		start(FaultyService.failing(2, Status.Code.UNAVAILABLE));
		Received<PingResponse> responses = new Received<>();
		StreamObserver<PingRequest> requests = this.async.pingStream(responses);
		requests.onNext(REQUEST);
		requests.onNext(REQUEST.toBuilder().setValue("b").build());
		requests.onCompleted();
		pass();
		pass();
		assertThat(responses.status().isOk()).isTrue();
		assertThat(responses.values).extracting(PingResponse::getCounter).containsExactly(2);
		assertThat(this.service.received).containsExactly(List.of("a", "b"), List.of("a", "b"), List.of("a", "b"));
		await().until(() -> this.retry.buffered() == 0);
	}

	@Test
	void whenBidiStreamIsRefusedThenWhatIsSentMeanwhileFollows() {
		start(FaultyService.failing(1, Status.Code.UNAVAILABLE));
		Received<PingResponse> responses = new Received<>();
		StreamObserver<PingRequest> requests = this.async.pingBidi(responses);
		requests.onNext(REQUEST);
		requests.onNext(REQUEST.toBuilder().setValue("b").build());
		await().until(() -> !this.timer.scheduled().isEmpty());
		requests.onNext(REQUEST.toBuilder().setValue("c").build());
		pass();
		await().until(() -> responses.values.size() == 3);
		requests.onNext(REQUEST.toBuilder().setValue("d").build());
		requests.onCompleted();
		assertThat(responses.status().isOk()).isTrue();
		assertThat(responses.values).extracting(PingResponse::getValue).containsExactly("a", "b", "c", "d");
		assertThat(this.service.received).containsExactly(List.of("a", "b"), List.of("a", "b", "c", "d"));
	}

	// Pushback

	@Test
	void whenServerPushesBackThenItsWaitCountsAndWaitsStartAgain() throws Exception {
		start(new FaultyService((run) -> switch (run) {
			case 1, 2, 4 -> Fault.status(Status.Code.UNAVAILABLE);
			case 3 -> Fault.status(Status.Code.UNAVAILABLE, pushback("1234"));
			default -> null;
		}), "max-attempts=5", "budget.max-tokens=0");
		ListenableFuture<PingResponse> call = this.stub.ping(REQUEST);
		assertThat(pass()).isEqualTo(Duration.ofMillis(500));
		assertThat(pass()).isEqualTo(Duration.ofSeconds(1));
		assertThat(pass()).isEqualTo(Duration.ofMillis(1234));
		assertThat(pass()).isEqualTo(Duration.ofMillis(500));
		assertThat(call.get(10, TimeUnit.SECONDS).getValue()).isEqualTo("a");
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1", "-99999999999", "soon", "", "1.5", "99999999999999999999" })
	void whenPushbackIsNegativeOrNoNumberThenNothingIsRetried(String value) {
		start(new FaultyService((run) -> Fault.status(Status.Code.UNAVAILABLE, pushback(value))));
		assertThat(status(this.stub.pingSafe(REQUEST)).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.service.runs).hasValue(1);
	}

	@Test
	void whenThereIsRetryInfoThenItReplacesTheWait() {
		start(new FaultyService((run) -> Fault.status(Status.Code.UNAVAILABLE, retryInfo(9))));
		this.stub.ping(REQUEST);
		assertThat(pass()).isEqualTo(Duration.ofSeconds(9));
	}

	@Test
	void whenThereArePushbackAndRetryInfoThenPushbackCounts() {
		Metadata trailers = retryInfo(9);
		trailers.merge(pushback("7"));
		start(new FaultyService((run) -> Fault.status(Status.Code.UNAVAILABLE, trailers)));
		this.stub.ping(REQUEST);
		assertThat(pass()).isEqualTo(Duration.ofMillis(7));
	}

	@Test
	void whenCodeIsNotRetryableThenPushbackDoesNotMakeItSo() {
		Metadata trailers = retryInfo(1);
		trailers.merge(pushback("7"));
		start(new FaultyService((run) -> Fault.status(Status.Code.RESOURCE_EXHAUSTED, trailers)));
		assertThat(status(this.stub.pingSafe(REQUEST)).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
		assertThat(this.service.runs).hasValue(1);
	}

	// Deadlines and cancellation

	@Test
	void whenDeadlineLeavesNoRoomForTheWaitThenCallEndsAtOnce() {
		start(FaultyService.failing(9, Status.Code.UNAVAILABLE), "initial-backoff=60s");
		assertThat(status(this.stub.withDeadlineAfter(30, TimeUnit.SECONDS).ping(REQUEST)).getCode())
			.isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.service.runs).hasValue(1);
		assertThat(this.timer.scheduled()).isEmpty();
	}

	@Test
	void whenDeadlineOfTheContextIsNearerThenItCounts() throws Exception {
		start(FaultyService.failing(9, Status.Code.UNAVAILABLE), "initial-backoff=60s");
		ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor();
		this.open.add(deadlines::shutdownNow);
		try (Context.CancellableContext context = Context.current()
			.withDeadline(Deadline.after(30, TimeUnit.SECONDS), deadlines)) {
			ListenableFuture<PingResponse> call = context
				.call(() -> this.stub.withDeadlineAfter(10, TimeUnit.MINUTES).ping(REQUEST));
			assertThat(status(call).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		}
		assertThat(this.service.runs).hasValue(1);
	}

	@Test
	void whenPushbackIsLongerThanTheDeadlineThenCallEndsAtOnce() {
		start(new FaultyService((run) -> Fault.status(Status.Code.UNAVAILABLE, pushback("9223372036854775807"))));
		assertThat(status(this.stub.withDeadlineAfter(30, TimeUnit.SECONDS).ping(REQUEST)).getCode())
			.isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.service.runs).hasValue(1);
	}

	@Test
	void whenCallerCancelsDuringAWaitThenCallEndsAtOnce() {
		start(FaultyService.failing(9, Status.Code.UNAVAILABLE));
		Received<PingResponse> responses = new Received<>();
		StreamObserver<PingRequest> requests = this.async.pingStream(responses);
		requests.onCompleted();
		await().until(() -> !this.timer.scheduled().isEmpty());
		((ClientCallStreamObserver<PingRequest>) requests).cancel("enough", null);
		assertThat(responses.status().getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(responses.status().getDescription()).isEqualTo("enough");
		assertThat(this.timer.scheduled()).isEmpty();
		assertThat(this.attempts.count()).isEqualTo(1);
		await().until(() -> this.retry.buffered() == 0);
	}

	@Test
	void whenContextIsCancelledDuringAWaitThenCallEndsAtOnce() throws Exception {
		start(FaultyService.failing(9, Status.Code.UNAVAILABLE));
		Context.CancellableContext context = Context.current().withCancellation();
		ListenableFuture<PingResponse> call = context.call(() -> this.stub.ping(REQUEST));
		await().until(() -> !this.timer.scheduled().isEmpty());
		context.cancel(null);
		assertThat(status(call).getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(this.timer.scheduled()).isEmpty();
		assertThat(this.attempts.count()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(value = Status.Code.class, names = { "CANCELLED", "UNAVAILABLE" })
	void whenContextIsCancelledDuringAnAttemptThenNothingIsRetried(Status.Code cause) throws Exception {
		start(new FaultyService((run) -> Fault.stall()));
		Context.CancellableContext context = Context.current().withCancellation();
		ListenableFuture<PingResponse> call = context.call(() -> this.stub.pingSafe(REQUEST));
		await().untilAtomic(this.service.runs, Matchers.is(1));
		context.cancel(cause.toStatus().asRuntimeException());
		assertThat(status(call).getCode()).isEqualTo(cause);
		assertThat(this.attempts.count()).isEqualTo(1);
	}

	@Test
	void whenContextIsGoneOnTheTimersThreadThenLaterAttemptsStillHaveIt() throws Exception {
		start(FaultyService.failing(1, Status.Code.UNAVAILABLE));
		Context.CancellableContext context = Context.current().withCancellation();
		FaultyService stalled = new FaultyService(
				(run) -> (run == 1) ? Fault.status(Status.Code.UNAVAILABLE) : Fault.stall());
		start(stalled);
		ListenableFuture<PingResponse> call = context.call(() -> this.stub.ping(REQUEST));
		pass();
		await().untilAtomic(stalled.runs, Matchers.is(2));
		context.cancel(null);
		assertThat(status(call).getCode()).isEqualTo(Status.Code.CANCELLED);
	}

	// Buffers

	@Test
	void whenMoreIsSentThanTheBufferHoldsThenCallGoesOnButIsNotRetried() {
		start(FaultyService.failing(1, Status.Code.UNAVAILABLE), "buffer-limit=1KB");
		PingRequest big = PingRequest.newBuilder().setPayload(ByteString.copyFrom(new byte[600])).build();
		Received<PingResponse> fits = new Received<>();
		StreamObserver<PingRequest> requests = this.async.pingStream(fits);
		requests.onNext(big);
		requests.onNext(big);
		assertThat(this.retry.buffered()).isZero();
		requests.onNext(big);
		requests.onCompleted();
		assertThat(fits.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.service.received.get(0)).hasSize(3);
		assertThat(this.attempts.count()).isEqualTo(1);
	}

	@Test
	void whenAllCallsTogetherSendMoreThanTheBuffersHoldThenTheLatestIsNotRetried() {
		start(FaultyService.failing(2, Status.Code.UNAVAILABLE), "buffer-limit-total=1KB");
		PingRequest big = PingRequest.newBuilder().setPayload(ByteString.copyFrom(new byte[600])).build();
		Received<PingResponse> first = new Received<>();
		StreamObserver<PingRequest> firstRequests = this.async.pingStream(first);
		firstRequests.onNext(big);
		assertThat(this.retry.buffered()).isBetween(600L, 700L);
		Received<PingResponse> second = new Received<>();
		StreamObserver<PingRequest> secondRequests = this.async.pingStream(second);
		secondRequests.onNext(big);
		assertThat(this.retry.buffered()).isBetween(600L, 700L);
		secondRequests.onCompleted();
		assertThat(second.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		firstRequests.onCompleted();
		pass();
		assertThat(first.status().isOk()).isTrue();
		await().until(() -> this.retry.buffered() == 0);
	}

	@Test
	void whenMoreIsSentDuringAWaitThanTheBufferHoldsThenNextAttemptHasItAll() {
		start(FaultyService.failing(2, Status.Code.UNAVAILABLE), "buffer-limit=1KB");
		PingRequest big = PingRequest.newBuilder().setValue("x").setPayload(ByteString.copyFrom(new byte[400])).build();
		Received<PingResponse> responses = new Received<>();
		StreamObserver<PingRequest> requests = this.async.pingBidi(responses);
		requests.onNext(big);
		requests.onNext(big);
		await().until(() -> !this.timer.scheduled().isEmpty());
		requests.onNext(big);
		requests.onNext(big);
		pass();
		assertThat(responses.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.attempts.count()).isEqualTo(2);
		await().until(() -> this.retry.buffered() == 0);
	}

	@Test
	void whenUploadIsLargeThenItGoesThroughWithBackpressure() {
		start(FaultyService.failing(0, Status.Code.OK));
		// A server that is as fast as its client never makes it wait
		int pauses = 0;
		for (int i = 0; i < 50 && pauses == 0; i++) {
			Upload upload = new Upload(500, 20_000);
			this.async.pingStream(upload);
			assertThat(upload.status().isOk()).isTrue();
			assertThat(upload.values).extracting(PingResponse::getCounter).containsExactly(500);
			pauses += upload.pauses;
		}
		assertThat(pauses).isPositive();
	}

	@Test
	void whenRetriedUploadWaitsForReadinessThenItGoesOn() {
		// the first attempt dies while the caller waits for onReady
		FaultyService service = new FaultyService((run) -> (run == 1) ? Fault.status(Status.Code.UNAVAILABLE) : null);
		start(service, "buffer-limit=1TB", "buffer-limit-total=0");
		Upload upload = new Upload(500, 20_000);
		this.async.pingStream(upload);
		pass();
		assertThat(upload.status().isOk()).isTrue();
		assertThat(upload.values).extracting(PingResponse::getCounter).containsExactly(500);
		assertThat(this.attempts.count()).isEqualTo(2);
	}

	// Budget

	@Test
	void whenServerFailsEverythingThenBudgetStopsTheStorm() {
		start(FaultyService.failing(Integer.MAX_VALUE, Status.Code.UNAVAILABLE), "initial-backoff=0s");
		for (int i = 0; i < 50; i++) {
			ListenableFuture<PingResponse> call = this.stub.ping(REQUEST);
			await().until(() -> {
				this.timer.advance(Duration.ofMillis(1));
				return call.isDone();
			});
		}
		// ten tokens: three retries of the first call, then five are left, which is not
		// more than half
		assertThat(this.service.runs).hasValue(53);
	}

	@Test
	void whenCallsSucceedThenBudgetFillsAgain() throws Exception {
		boolean[] broken = { true };
		start(new FaultyService((run) -> broken[0] ? Fault.status(Status.Code.UNAVAILABLE) : null),
				"budget.max-tokens=4", "budget.token-ratio=0.5");
		ListenableFuture<PingResponse> call = this.stub.ping(REQUEST);
		pass(); // 3 of 4 tokens
		status(call); // 2
		status(this.stub.ping(REQUEST)); // 1
		broken[0] = false;
		for (int i = 0; i < 5; i++) {
			this.stub.ping(REQUEST).get(10, TimeUnit.SECONDS); // 3.5 in the end
		}
		broken[0] = true;
		call = this.stub.ping(REQUEST);
		pass(); // 2.5
		status(call);
	}

	@Test
	void whenServerSaysNeverThenItCostsATokenToo() {
		start(new FaultyService((run) -> (run <= 2) ? Fault.status(Status.Code.INTERNAL, pushback("-1"))
				: Fault.status(Status.Code.UNAVAILABLE)), "budget.max-tokens=4");
		status(this.stub.ping(REQUEST));
		status(this.stub.ping(REQUEST));
		assertThat(status(this.stub.ping(REQUEST)).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.service.runs).hasValue(3);
	}

	// Resilience4j

	@Test
	void whenCallsEndThenEventsAndMetricsTellTheTruth() throws Exception {
		start(FaultyService.failing(2, Status.Code.UNAVAILABLE));
		List<RetryEvent> events = new ArrayList<>();
		this.registry.getEventPublisher()
			.onEntryAdded((added) -> added.getAddedEntry().getEventPublisher().onEvent(events::add));
		ListenableFuture<PingResponse> call = this.stub.ping(REQUEST);
		pass();
		pass();
		call.get(10, TimeUnit.SECONDS);
		assertThat(events).extracting((event) -> event.getEventType().name())
			.containsExactly("RETRY", "RETRY", "SUCCESS");
		assertThat(events).extracting(RetryEvent::getName).containsOnly(PING);
		assertThat(events.get(0).getLastThrowable()).isInstanceOfSatisfying(StatusRuntimeException.class,
				(ex) -> assertThat(ex.getStatus().getDescription()).isEqualTo("on purpose"));
		this.stub.ping(REQUEST).get(10, TimeUnit.SECONDS);
		assertThat(this.registry.retry(PING).getMetrics()).satisfies((metrics) -> {
			assertThat(metrics.getNumberOfSuccessfulCallsWithRetryAttempt()).isEqualTo(1);
			assertThat(metrics.getNumberOfSuccessfulCallsWithoutRetryAttempt()).isEqualTo(1);
			assertThat(metrics.getNumberOfTotalCalls()).isEqualTo(4);
		});
	}

	@Test
	void whenAttemptsRunOutOrAreUselessThenEventsSayWhich() {
		start(new FaultyService((run) -> Fault.status((run <= 4) ? Status.Code.UNAVAILABLE : Status.Code.NOT_FOUND)));
		List<RetryEvent> events = new ArrayList<>();
		this.registry.getEventPublisher()
			.onEntryAdded((added) -> added.getAddedEntry().getEventPublisher().onEvent(events::add));
		ListenableFuture<PingResponse> call = this.stub.ping(REQUEST);
		pass();
		pass();
		pass();
		status(call);
		status(this.stub.ping(REQUEST));
		assertThat(events).extracting((event) -> event.getEventType().name())
			.containsExactly("RETRY", "RETRY", "RETRY", "ERROR", "IGNORED_ERROR");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenListenerOfEventsThrowsThenCallStillEnds(boolean error) {
		start(FaultyService.failing(9, Status.Code.UNAVAILABLE));
		this.registry.getEventPublisher()
			.onEntryAdded((added) -> added.getAddedEntry().getEventPublisher().onRetry((event) -> {
				if (error) {
					throw new NoClassDefFoundError("a listener's own");
				}
				throw new IllegalStateException("a listener's own");
			}));
		assertThat(status(this.stub.ping(REQUEST)).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
	}

	/**
	 * Sends only while the call is ready.
	 */
	private static final class Upload extends Received<PingResponse>
			implements ClientResponseObserver<PingRequest, PingResponse> {

		private final PingRequest chunk;

		private int left;

		private boolean completed;

		volatile int pauses;

		Upload(int chunks, int size) {
			this.left = chunks;
			this.chunk = PingRequest.newBuilder().setPayload(ByteString.copyFrom(new byte[size])).build();
		}

		@Override
		public void beforeStart(ClientCallStreamObserver<PingRequest> requests) {
			requests.setOnReadyHandler(() -> {
				while (this.left > 0 && requests.isReady()) {
					this.left--;
					requests.onNext(this.chunk);
				}
				if (this.left > 0) {
					this.pauses++;
				}
				else if (!this.completed) {
					this.completed = true;
					requests.onCompleted();
				}
			});
		}

	}

}
