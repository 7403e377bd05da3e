/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;

import io.github.grpcpatterns.testing.FaultyProxy;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The row's client and a server that misbehaves.
 */
class RetryTests {

	private static final PingRequest REQUEST = PingRequest.newBuilder().setValue("hello").setCount(3).build();

	private static App app;

	private Server server;

	@BeforeAll
	static void start() {
		app = App.start(App.Ping.class, "grpc.patterns.client.retry.initial-backoff=200ms",
				"grpc.patterns.client.retry.jitter=0",
				"grpc.patterns.client.retry.overrides[0].methods=" + App.PING + "PingList",
				"grpc.patterns.client.retry.overrides[0].initial-backoff=1h");
	}

	@AfterAll
	static void stop() {
		app.close();
	}

	@AfterEach
	void stopServer() {
		this.server.shutdownNow();
	}

	private Misbehaving misbehaving(IntFunction<Status> script, String pushback) throws IOException {
		Misbehaving service = new Misbehaving(script, pushback);
		this.server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
			.addService(service)
			.intercept(new Attempts())
			.build()
			.start();
		return service;
	}

	private PingServiceGrpc.PingServiceBlockingStub stub() {
		return PingServiceGrpc.newBlockingStub(app.client(this.server.getPort()));
	}

	private static StatusRuntimeException failure(Runnable call) {
		return catchThrowableOfType(StatusRuntimeException.class, call::run);
	}

	@Test
	void aCallIsMadeAgainUntilItIsAnsweredAndTheWaitsGrow() throws IOException {
		Misbehaving service = misbehaving((run) -> (run < 4) ? Status.UNAVAILABLE : Status.OK, null);
		double before = attempts("UNAVAILABLE");
		assertThat(stub().ping(REQUEST).getValue()).isEqualTo("hello");
		assertThat(service.previousAttempts).containsExactly("0", "1", "2", "3");
		assertThat(service.gap(1)).isGreaterThanOrEqualTo(Duration.ofMillis(190));
		assertThat(service.gap(2)).isGreaterThanOrEqualTo(Duration.ofMillis(390));
		assertThat(service.gap(3)).isGreaterThanOrEqualTo(Duration.ofMillis(790));
		assertThat(attempts("UNAVAILABLE") - before).isEqualTo(3);
	}

	private static double attempts(String status) {
		return app.bean(MeterRegistry.class)
			.find("grpc.patterns.client.attempts")
			.tags("rpc.method", App.PING + "Ping", "rpc.response.status_code", status)
			.counters()
			.stream()
			.mapToDouble((counter) -> counter.count())
			.sum();
	}

	@Test
	void afterFourAttemptsTheLastStatusIsTheCalls() throws IOException {
		Misbehaving service = misbehaving((run) -> Status.UNAVAILABLE.withDescription("attempt " + run), null);
		StatusRuntimeException ex = failure(() -> stub().ping(REQUEST));
		assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(ex.getStatus().getDescription()).isEqualTo("attempt 4");
		assertThat(service.previousAttempts).hasSize(4);
	}

	@Test
	void anotherCodeIsNotRetried() throws IOException {
		Misbehaving service = misbehaving((run) -> Status.ABORTED, null);
		assertThat(failure(() -> stub().ping(REQUEST)).getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
		assertThat(service.previousAttempts).hasSize(1);
	}

	@Test
	void theServersWishReplacesTheWait() throws IOException {
		Misbehaving service = misbehaving((run) -> (run < 2) ? Status.UNAVAILABLE : Status.OK, "300");
		List<PingResponse> responses = new ArrayList<>();
		stub().pingList(REQUEST).forEachRemaining(responses::add);
		assertThat(responses).hasSize(3);
		assertThat(service.gap(1)).isBetween(Duration.ofMillis(290), Duration.ofMinutes(1));
	}

	@Test
	void aNegativeWishStops() throws IOException {
		Misbehaving service = misbehaving((run) -> Status.UNAVAILABLE, "-1");
		assertThat(failure(() -> stub().ping(REQUEST)).getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(service.previousAttempts).hasSize(1);
	}

	@Test
	void whereTheHandlerMayHaveRunOnlyAnIdempotentMethodIsRepeated() throws IOException {
		Misbehaving service = misbehaving((run) -> Status.OK, null);
		try (FaultyProxy proxy = new FaultyProxy(this.server.getPort())) {
			service.cutOnce = proxy::cut;
			PingServiceGrpc.PingServiceBlockingStub stub = PingServiceGrpc.newBlockingStub(app.client(proxy.port()));
			assertThat(failure(() -> stub.ping(REQUEST)).getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(service.previousAttempts).containsExactly("0");
			service.cutOnce = proxy::cut;
			assertThat(stub.pingIdempotent(REQUEST).getValue()).isEqualTo("hello");
			assertThat(service.previousAttempts).containsExactly("0", "0", "1");
		}
	}

	private static final Context.Key<String> ATTEMPT = Context.key("attempt");

	private static final class Attempts implements ServerInterceptor {

		@Override
		public <A, B> ServerCall.Listener<A> interceptCall(ServerCall<A, B> call, Metadata headers,
				ServerCallHandler<A, B> next) {
			String attempt = headers.get(Keys.PREVIOUS_ATTEMPTS);
			return Contexts.interceptCall(Context.current().withValue(ATTEMPT, (attempt != null) ? attempt : "0"), call,
					headers, next);
		}

	}

	private static final class Misbehaving extends PingServiceGrpc.PingServiceImplBase {

		private final IntFunction<Status> script;

		private final String pushback;

		private final List<String> previousAttempts = new CopyOnWriteArrayList<>();

		private final List<Long> times = new CopyOnWriteArrayList<>();

		private volatile Runnable cutOnce;

		Misbehaving(IntFunction<Status> script, String pushback) {
			this.script = script;
			this.pushback = pushback;
		}

		Duration gap(int attempt) {
			return Duration.ofNanos(this.times.get(attempt) - this.times.get(attempt - 1));
		}

		@Override
		public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
			pingList(request.toBuilder().setCount(1).build(), responses);
		}

		@Override
		public void pingIdempotent(PingRequest request, StreamObserver<PingResponse> responses) {
			ping(request, responses);
		}

		@Override
		public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
			this.times.add(System.nanoTime());
			this.previousAttempts.add(ATTEMPT.get());
			Runnable cut = this.cutOnce;
			if (cut != null) {
				this.cutOnce = null;
				cut.run();
				return;
			}
			Status status = this.script.apply(this.times.size());
			if (!status.isOk()) {
				Metadata trailers = new Metadata();
				if (this.pushback != null) {
					trailers.put(Keys.PUSHBACK, this.pushback);
				}
				responses.onError(status.asRuntimeException(trailers));
				return;
			}
			for (int i = 0; i < request.getCount(); i++) {
				responses.onNext(PingResponse.newBuilder().setValue(request.getValue()).build());
			}
			responses.onCompleted();
		}

	}

}
