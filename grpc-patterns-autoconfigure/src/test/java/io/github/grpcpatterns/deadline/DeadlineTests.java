/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.deadline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.EarlyDecisions;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.Early;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.OpenService;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link DeadlineServerInterceptor} and {@link DeadlineClientInterceptor}.
 */
class DeadlineTests {

	private static final String PING = "grpcpatterns.testing.v1.PingService/Ping";

	private final PolicyClock clock = new PolicyClock();

	private final CallRecorder recorder = new CallRecorder();

	private final OpenService service = new OpenService();

	private Early early;

	static List<MethodDescriptor<PingRequest, PingResponse>> methods() {
		return List.of(PingServiceGrpc.getPingMethod(), PingServiceGrpc.getPingListMethod(),
				PingServiceGrpc.getPingStreamMethod(), PingServiceGrpc.getPingBidiMethod());
	}

	private static DeadlineServerProperties server(String defaultDeadline, String max, boolean required,
			DeadlineServerProperties.Override... overrides) {
		return new DeadlineServerProperties(true, Duration.parse(defaultDeadline), Duration.parse(max), required,
				List.of(overrides));
	}

	private GrpcHarness start(DeadlineServerProperties properties) {
		return start(properties, null);
	}

	private GrpcHarness start(DeadlineServerProperties properties, Executor executor) {
		return GrpcHarness.netty()
			.service(this.service)
			.timer(this.clock)
			.executor(executor)
			.interceptors(this.recorder, new DeadlineServerInterceptor(properties, this.clock))
			.start();
	}

	private static RawCall call(GrpcHarness harness, MethodDescriptor<PingRequest, PingResponse> method,
			CallOptions options) {
		return RawCall.start(harness.channel(), method, options, new Metadata())
			.send(PingRequest.getDefaultInstance())
			.halfClose();
	}

	@ParameterizedTest
	@MethodSource("methods")
	void aCallWithoutADeadlineEndsAfterTheDefault(MethodDescriptor<PingRequest, PingResponse> method) {
		try (GrpcHarness harness = start(server("PT5S", "PT0S", false))) {
			RawCall call = call(harness, method, CallOptions.DEFAULT);
			OpenService.Handler handler = this.service.await();
			Deadline inherited = handler.context.getDeadline();
			assertThat(inherited.timeRemaining(TimeUnit.MILLISECONDS)).isBetween(1L, 5000L);
			this.clock.advance(Duration.ofSeconds(4));
			assertThat(call.closes()).isZero();
			this.clock.advance(Duration.ofSeconds(1));
			assertThat(call.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			assertThat(call.await().getDescription()).isEqualTo("deadline exceeded");
			CallRecord record = this.recorder.await();
			assertThat(record.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			assertThat(record.endReason()).isEqualTo(EndReason.DEADLINE);
			assertThat(handler.awaitCancelled()).isEqualTo(Status.Code.CANCELLED);
		}
	}

	@Test
	void maxShortensTheCallersDeadlineAndBoundsACallWithoutOne() {
		try (GrpcHarness harness = start(server("PT0S", "PT2S", false))) {
			RawCall longer = call(harness, PingServiceGrpc.getPingMethod(),
					CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.HOURS));
			this.service.await();
			this.clock.advance(Duration.ofSeconds(2));
			assertThat(longer.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			RawCall none = call(harness, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT);
			this.service.await();
			this.clock.advance(Duration.ofSeconds(2));
			assertThat(none.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		}
	}

	/**
	 * Its client knows nothing of our deadline, so that only its own wish can have ended
	 * it.
	 */
	@ParameterizedTest
	@CsvSource({ "PT5S, PT0S, 0", "PT0S, PT5S, 0", "PT0S, PT5S, 3600" })
	void aCancelLongBeforeADeadlineOfOursIsACancel(String defaultDeadline, String max, int callersSeconds) {
		CallOptions options = (callersSeconds > 0)
				? CallOptions.DEFAULT.withDeadlineAfter(callersSeconds, TimeUnit.SECONDS) : CallOptions.DEFAULT;
		try (GrpcHarness harness = start(server(defaultDeadline, max, false))) {
			RawCall call = call(harness, PingServiceGrpc.getPingMethod(), options);
			OpenService.Handler handler = this.service.await();
			this.clock.advance(Duration.ofSeconds(4));
			call.cancel();
			CallRecord record = this.recorder.await();
			assertThat(record.status().getCode()).isEqualTo(Status.Code.CANCELLED);
			assertThat(record.endReason()).isEqualTo(EndReason.CANCELLED);
			assertThat(handler.awaitCancelled()).isEqualTo(Status.Code.CANCELLED);
			assertThat(this.clock.scheduled()).isEmpty();
		}
	}

	@Test
	void theCallersNearerDeadlineStays() {
		try (GrpcHarness harness = start(server("PT1H", "PT1H", false))) {
			RawCall call = call(harness, PingServiceGrpc.getPingMethod(),
					CallOptions.DEFAULT.withDeadlineAfter(200, TimeUnit.MILLISECONDS));
			assertThat(call.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			assertThat(this.clock.scheduled()).isEmpty();
			CallRecord record = this.recorder.await();
			assertThat(record.status().getCode()).isIn(Status.Code.DEADLINE_EXCEEDED, Status.Code.CANCELLED);
		}
	}

	@Test
	void aCallWithoutADeadlineIsRefusedWhereOneIsRequiredWhateverTheDefault() {
		try (GrpcHarness harness = start(server("PT5S", "PT0S", true))) {
			RawCall refused = call(harness, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT);
			assertThat(refused.await().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
			assertThat(refused.await().getDescription()).isEqualTo("a deadline is required");
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.DEADLINE_REQUIRED);
			assertThat(this.service.calls).hasValue(0);
		}
	}

	@Test
	void healthNeedsNoDeadlineUnlessAnOverrideNamesIt() {
		HealthCheckRequest request = HealthCheckRequest.getDefaultInstance();
		try (GrpcHarness harness = health(server("PT0S", "PT0S", true))) {
			assertThat(HealthGrpc.newBlockingStub(harness.channel()).check(request).getStatus())
				.isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
		}
		try (GrpcHarness harness = health(
				server("PT0S", "PT0S", true, new DeadlineServerProperties.Override(List.of("*"), null, null, true)))) {
			assertThat(HealthGrpc.newBlockingStub(harness.channel()).check(request).getStatus())
				.isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
		}
		try (GrpcHarness harness = health(server("PT0S", "PT0S", false,
				new DeadlineServerProperties.Override(List.of("grpc.health.v1.Health/*"), null, null, true)))) {
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> HealthGrpc.newBlockingStub(harness.channel()).check(request))
				.withMessage("INVALID_ARGUMENT: a deadline is required");
		}
	}

	private GrpcHarness health(DeadlineServerProperties properties) {
		return GrpcHarness.netty()
			.service(new HealthStatusManager().getHealthService())
			.timer(this.clock)
			.interceptors(this.recorder, new DeadlineServerInterceptor(properties, this.clock))
			.start();
	}

	@ParameterizedTest
	@MethodSource("methods")
	void aCallWhoseDeadlineHasPassedDoesNotReachTheHandler(MethodDescriptor<PingRequest, PingResponse> method) {
		try (GrpcHarness harness = GrpcHarness.netty()
			.service(this.service)
			.timer(this.clock)
			.interceptors(this.recorder, new LateCaller(),
					new DeadlineServerInterceptor(server("PT0S", "PT0S", false), this.clock))
			.start()) {
			RawCall call = call(harness, method, CallOptions.DEFAULT);
			assertThat(call.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.DEADLINE);
			assertThat(this.service.calls).hasValue(0);
		}
	}

	@ParameterizedTest
	@CsvSource({ "PT1S, PT0S", "PT0S, PT1S" })
	void ourTimeCountsFromTheArrivalOfACallThatWaitsForAThread(String defaultDeadline, String max) throws Exception {
		HeldExecutor executor = new HeldExecutor();
		try (GrpcHarness harness = start(server(defaultDeadline, max, false), executor)) {
			RawCall late = call(harness, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT);
			executor.awaitHeld();
			this.clock.advance(Duration.ofSeconds(2));
			executor.release();
			assertThat(late.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.DEADLINE);
			assertThat(this.service.calls).as("handled").hasValue(0);
			executor.hold();
			RawCall inTime = call(harness, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT);
			executor.awaitHeld();
			this.clock.advance(Duration.ofMillis(900));
			executor.release();
			assertThat(this.service.await().context.getDeadline().timeRemaining(TimeUnit.MILLISECONDS))
				.isLessThanOrEqualTo(100);
			assertThat(inTime.closes()).isZero();
			this.clock.advance(Duration.ofMillis(100));
			assertThat(inTime.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.DEADLINE);
		}
	}

	@Test
	void refusalsAreDecidedEarlyAndToldOnce() {
		try (GrpcHarness harness = startEarly(server("PT0S", "PT0S", true))) {
			assertThat(call(harness, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT).await().getCode())
				.isEqualTo(Status.Code.INVALID_ARGUMENT);
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.DEADLINE_REQUIRED);
			assertThat(this.early.outcomes).containsExactly(EarlyDecisions.Outcome.REFUSED);
			assertThat(this.service.calls).hasValue(0);
			assertThat(this.recorder.count()).isZero();
		}
	}

	@Test
	void timeThatPassesBehindAnEarlyDecisionCounts() {
		try (GrpcHarness harness = startEarly(server("PT1S", "PT0S", false), new Waits(this.clock))) {
			assertThat(call(harness, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT).await().getCode())
				.isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.DEADLINE);
			assertThat(this.early.outcomes).containsExactly(EarlyDecisions.Outcome.ADMITTED);
			assertThat(this.service.calls).hasValue(0);
		}
	}

	@Test
	void callWithTimeLeftIsAdmittedEarly() {
		try (GrpcHarness harness = startEarly(server("PT1S", "PT0S", false))) {
			RawCall call = call(harness, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT);
			assertThat(this.service.await().context.getDeadline()).isNotNull();
			assertThat(this.early.outcomes).containsExactly(EarlyDecisions.Outcome.ADMITTED);
			call.cancel();
		}
	}

	private GrpcHarness startEarly(DeadlineServerProperties properties, ServerInterceptor... between) {
		DeadlineServerInterceptor deadline = new DeadlineServerInterceptor(properties, this.clock);
		this.early = new Early(deadline.admission());
		return GrpcHarness.netty()
			.service(this.service)
			.timer(this.clock)
			.interceptors(this.recorder, this.early)
			.interceptors(between)
			.interceptors(deadline)
			.start();
	}

	@Test
	void anOverrideOfZeroLiftsTheDefault() {
		DeadlineServerProperties.Override lift = new DeadlineServerProperties.Override(List.of(PING), Duration.ZERO,
				null, null);
		try (GrpcHarness harness = start(server("PT5S", "PT0S", false, lift))) {
			RawCall call = call(harness, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT);
			assertThat(this.service.await().context.getDeadline()).isNull();
			assertThat(this.clock.scheduled()).isEmpty();
			call.cancel();
		}
	}

	@Test
	void aCallThatIsOverForgetsItsTimer() {
		try (GrpcHarness harness = GrpcHarness.netty()
			.timer(this.clock)
			.interceptors(this.recorder, new DeadlineServerInterceptor(server("PT5S", "PT0S", false), this.clock))
			.start()) {
			harness.blocking().ping(PingRequest.getDefaultInstance());
			this.recorder.await();
			assertThat(this.clock.scheduled()).isEmpty();
		}
	}

	@Test
	void aClientGivesUnaryCallsADeadlineAndStreamsNone() {
		DeadlineClientInterceptor client = new DeadlineClientInterceptor(
				new DeadlineClientProperties(true, Duration.ofSeconds(30), Duration.ZERO, List.of()));
		assertThat(remaining(client, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT)).isBetween(25L, 30L);
		assertThat(remaining(client, PingServiceGrpc.getPingListMethod(), CallOptions.DEFAULT)).isNull();
		assertThat(remaining(client, PingServiceGrpc.getPingMethod(),
				CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS)))
			.isBetween(5L, 10L);
		assertThat(remaining(client, PingServiceGrpc.getPingMethod(),
				CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.HOURS)))
			.isBetween(25L, 30L);
	}

	@Test
	void aClientsOverrideDecidesForItsMethods() {
		DeadlineClientInterceptor client = new DeadlineClientInterceptor(
				new DeadlineClientProperties(true, Duration.ofSeconds(30), Duration.ZERO,
						List.of(new DeadlineClientProperties.Override(List.of(PING), Duration.ZERO, null),
								new DeadlineClientProperties.Override(List.of("*"), null, Duration.ofMinutes(1)))));
		assertThat(remaining(client, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT)).isNull();
		assertThat(remaining(client, PingServiceGrpc.getPingSafeMethod(), CallOptions.DEFAULT)).isBetween(25L, 30L);
		assertThat(remaining(client, PingServiceGrpc.getPingListMethod(), CallOptions.DEFAULT)).isBetween(55L, 60L);
	}

	@Test
	void theNearerOfAClientsDeadlineAndThatOfTheContextEndsTheCall() {
		ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
		for (long[] millis : new long[][] { { 3_600_000, 100 }, { 100, 3_600_000 } }) {
			DeadlineClientInterceptor client = new DeadlineClientInterceptor(
					new DeadlineClientProperties(true, Duration.ofMillis(millis[0]), Duration.ZERO, List.of()));
			try (GrpcHarness harness = GrpcHarness.netty().service(this.service).clientInterceptors(client).start();
					Context.CancellableContext context = Context.current()
						.withDeadlineAfter(millis[1], TimeUnit.MILLISECONDS, timer)) {
				RawCall[] call = new RawCall[1];
				context.run(() -> call[0] = call(harness, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT));
				assertThat(call[0].await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			}
		}
		timer.shutdownNow();
	}

	private static Long remaining(DeadlineClientInterceptor client, MethodDescriptor<?, ?> method,
			CallOptions options) {
		AtomicReference<Deadline> deadline = new AtomicReference<>();
		client.interceptCall(method, options, new io.grpc.Channel() {

			@Override
			public <A, B> io.grpc.ClientCall<A, B> newCall(MethodDescriptor<A, B> called, CallOptions callOptions) {
				deadline.set(callOptions.getDeadline());
				return null; // never started
			}

			@Override
			public String authority() {
				return "test";
			}

		});
		return (deadline.get() != null) ? deadline.get().timeRemaining(TimeUnit.SECONDS) : null;
	}

	/**
	 * Calls come with a deadline that has just passed, and that nothing has ended yet.
	 */
	private static final class LateCaller implements ServerInterceptor {

		private static final ScheduledExecutorService UNUSED = Executors.newScheduledThreadPool(0);

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			Context late = Context.current().withDeadline(Deadline.after(-1, TimeUnit.MILLISECONDS), UNUSED);
			return Contexts.interceptCall(late, call, headers, next);
		}

	}

	/**
	 * A second passes before the call goes on.
	 *
	 * @param clock the clock
	 */
	private record Waits(PolicyClock clock) implements ServerInterceptor {

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			this.clock.advance(Duration.ofSeconds(1));
			return next.startCall(call, headers);
		}

	}

	/**
	 * Whose threads are all held, until they are released.
	 */
	private static final class HeldExecutor implements Executor {

		private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
			Thread thread = new Thread(task, "held");
			thread.setDaemon(true);
			return thread;
		});

		private final List<Runnable> held = new ArrayList<>();

		private boolean holds = true;

		@Override
		public synchronized void execute(Runnable task) {
			if (this.holds) {
				this.held.add(task);
				notifyAll();
			}
			else {
				this.threads.execute(task);
			}
		}

		synchronized void hold() {
			this.holds = true;
		}

		synchronized void awaitHeld() throws InterruptedException {
			while (this.held.isEmpty()) {
				wait(10_000);
			}
		}

		synchronized void release() {
			this.holds = false;
			this.held.forEach(this.threads::execute);
			this.held.clear();
		}

	}

}
