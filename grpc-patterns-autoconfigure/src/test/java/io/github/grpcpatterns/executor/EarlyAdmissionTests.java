/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import com.google.protobuf.util.Durations;
import com.google.rpc.RetryInfo;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.Admission;
import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EarlyAdmission}.
 */
class EarlyAdmissionTests {

	private static final MethodDescriptor<PingRequest, PingResponse> PING = PingServiceGrpc.getPingMethod();

	private final HeldService service = new HeldService();

	private final AskedPolicy policy = new AskedPolicy();

	private final CallRecorder reporter = new CallRecorder();

	/**
	 * One thread, for which nobody waits longer than it takes to come back from its last
	 * task.
	 */
	private final ThreadPoolExecutor one = new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, new SynchronousQueue<>(),
			(task) -> new Thread(task, "one-1"), EarlyAdmissionTests::offer);

	private final ThreadPoolExecutor two = new ThreadPoolExecutor(2, 2, 1, TimeUnit.MINUTES,
			new LinkedBlockingQueue<>(), (task) -> new Thread(task, "two-1"));

	private final ThreadPoolExecutor ours = new ThreadPoolExecutor(0, 100, 1, TimeUnit.MINUTES,
			new SynchronousQueue<>(), (task) -> new Thread(task, "grpc-patterns-call-1"));

	@AfterEach
	void release() {
		this.service.release.countDown();
		this.ours.shutdown();
		this.one.shutdown();
		this.two.shutdown();
	}

	private GrpcHarness harness(boolean netty, Executor handlers, UnaryOperator<GrpcHarness.Builder> more) {
		return harness(netty, handlers, this.ours, more);
	}

	private GrpcHarness harness(boolean netty, Executor handlers, Executor computing,
			UnaryOperator<GrpcHarness.Builder> more) {
		GrpcHarness.Builder builder = (netty ? GrpcHarness.netty() : GrpcHarness.inProcess()).service(this.service)
			.interceptors(this.reporter, this.policy);
		return more.apply(admitting(builder, handlers, computing)).start();
	}

	private GrpcHarness.Builder admitting(GrpcHarness.Builder builder, Executor handlers, Executor computing) {
		return builder.server((server) -> {
			EarlyAdmission admission = new EarlyAdmission(handlers, this.ours, computing,
					new Admission<?>[] { this.policy }, TestCalls.registered(this.service.bindService()),
					new RichStatus(RichStatus.DEFAULT_DOMAIN));
			server.executor(admission).callExecutor(admission).addStreamTracerFactory(admission);
		});
	}

	private GrpcHarness harness(Executor handlers) {
		return harness(true, handlers, UnaryOperator.identity());
	}

	private static RawCall unary(Channel channel, String value, Metadata headers) {
		return RawCall.start(channel, PING, CallOptions.DEFAULT, headers)
			.send(PingRequest.newBuilder().setValue(value).build())
			.halfClose();
	}

	private static void offer(Runnable task, ThreadPoolExecutor pool) {
		try {
			if (pool.isShutdown() || !pool.getQueue().offer(task, 200, TimeUnit.MILLISECONDS)) {
				throw new RejectedExecutionException("held");
			}
		}
		catch (InterruptedException ex) {
			throw new RejectedExecutionException(ex);
		}
	}

	private void hold(Channel channel, int threads) {
		for (int i = 0; i < threads; i++) {
			unary(channel, "hold", new Metadata());
		}
		Awaitility.await().until(() -> this.service.holding.get() == threads);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatIsRefusedIsReportedOnceWhileEveryThreadIsHeld(boolean netty) {
		try (GrpcHarness harness = harness(netty, this.two, UnaryOperator.identity())) {
			hold(harness.channel(), 2);
			for (Effort effort : List.of(Effort.LOOK_UP, Effort.COMPUTE)) {
				RawCall refused = unary(harness.channel(), "", AskedPolicy.refuse(effort));
				assertThat(refused.await().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
				CallRecord record = this.reporter.await();
				assertThat(record.endReason()).isEqualTo(EndReason.RATE_LIMITED);
				assertThat(record.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
				assertThat(record.traffic().messagesReceived()).isZero();
			}
			assertThat(this.reporter.count()).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "LOOK_UP", "COMPUTE" })
	void aPolicyThatTheChainOfAMethodDoesNotHaveIsAskedOnceAndNoMore(Effort effort) {
		GrpcHarness.Builder without = GrpcHarness.netty().service(this.service).interceptors(this.reporter);
		try (GrpcHarness harness = admitting(without, this.two, this.ours).start()) {
			assertThat(unary(harness.channel(), "", AskedPolicy.refuse(effort)).await().isOk()).isTrue();
			int asked = this.policy.asked.size();
			this.reporter.await();
			this.service.ran.clear();
			for (Effort each : Effort.values()) {
				assertThat(unary(harness.channel(), "", AskedPolicy.refuse(each)).await().isOk()).isTrue();
			}
			assertThat(this.service.ran).hasSize(3).containsOnly("ping on two-n");
			assertThat(this.policy.asked).hasSize(asked);
		}
	}

	@Test
	void aPolicyThatACallDidNotReachIsFoundLater() {
		AtomicInteger calls = new AtomicInteger();
		ServerInterceptor outer = new ServerInterceptor() {
			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				if (calls.incrementAndGet() == 1) {
					call.close(Status.ABORTED, new Metadata());
					return new ServerCall.Listener<>() {
					};
				}
				return next.startCall(call, headers);
			}
		};
		GrpcHarness.Builder behind = GrpcHarness.netty()
			.service(this.service)
			.interceptors(this.reporter, outer, this.policy);
		try (GrpcHarness harness = admitting(behind, this.two, this.ours).start()) {
			assertThat(unary(harness.channel(), "", new Metadata()).await().getCode()).isEqualTo(Status.Code.ABORTED);
			assertThat(unary(harness.channel(), "", new Metadata()).await().isOk()).isTrue();
			unary(harness.channel(), "", AskedPolicy.refuse(Effort.LOOK_UP)).await();
			assertThat(this.policy.refusedOn).containsExactly("grpc-patterns-call-n");
		}
	}

	@Test
	void whereAPolicyFailsBeforeTheQueueItsInterceptorFailsBehindIt() {
		try (GrpcHarness harness = harness(this.two)) {
			assertThat(unary(harness.channel(), "", AskedPolicy.fail(Effort.LOOK_UP)).await().isOk()).isTrue();
			assertThat(unary(harness.channel(), "", AskedPolicy.fail(Effort.COMPUTE)).await().isOk()).isTrue();
			assertThat(this.policy.asked).last().isEqualTo("Ping WAIT on two-n");
		}
	}

	@Test
	void aRegistryOfTheApplicationIsAskedOnItsExecutor() {
		ServerServiceDefinition late = new PingService().bindService();
		List<String> lookUps = new ArrayList<>();
		HandlerRegistry registry = new HandlerRegistry() {
			@Override
			public @Nullable ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
				lookUps.add(Thread.currentThread().getName());
				return name.startsWith("late/") ? late.getMethod(PING.getFullMethodName()) : null;
			}
		};
		try (GrpcHarness harness = harness(true, this.two,
				(builder) -> builder.server((server) -> server.fallbackHandlerRegistry(registry)))) {
			RawCall found = RawCall
				.start(harness.channel(), PING.toBuilder().setFullMethodName("late/Ping").build(), CallOptions.DEFAULT,
						new Metadata())
				.send(PingRequest.getDefaultInstance())
				.halfClose();
			assertThat(found.await().isOk()).isTrue();
			RawCall unknown = RawCall
				.start(harness.channel(), PING.toBuilder().setFullMethodName("no/Ping").build(), CallOptions.DEFAULT,
						new Metadata())
				.send(PingRequest.getDefaultInstance())
				.halfClose();
			assertThat(unknown.await().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
			assertThat(lookUps).hasSize(2).containsOnly("two-1");
		}
	}

	@Test
	void whereTheApplicationSetsTheExecutorLaterItDecidesAlone() {
		Executor later = Executors.newSingleThreadExecutor((task) -> {
			Thread thread = new Thread(task, "later-1");
			thread.setDaemon(true);
			return thread;
		});
		for (Executor executor : List.of(later, (Executor) Runnable::run)) {
			try (GrpcHarness harness = harness(true, this.two,
					(builder) -> builder.server((server) -> server.executor(executor)))) {
				assertThat(unary(harness.channel(), "", new Metadata()).await().isOk()).isTrue();
				assertThat(this.policy.asked).allMatch((asked) -> asked.startsWith("Ping WAIT on "));
			}
		}
		assertThat(this.two.getCompletedTaskCount()).isZero();
	}

	@Test
	void whatTheExecutorRejectsEndsAsOverloaded() {
		try (GrpcHarness harness = harness(this.one)) {
			hold(harness.channel(), 1);
			RawCall rejected = unary(harness.channel(), "", new Metadata());
			assertOverloaded(rejected);
			assertThat(Integer.valueOf(rejected.trailers().get(RichStatus.PUSHBACK))).isBetween(100, 1000);
			assertThat(this.reporter.await().endReason()).isEqualTo(EndReason.OVERLOADED);
			assertThat(this.service.ran).containsExactly("ping on one-n");
			this.service.release.countDown();
			assertThat(this.reporter.await().endReason()).isEqualTo(EndReason.COMPLETED);
			Awaitility.await().until(() -> this.one.getActiveCount() == 0);
			assertThat(unary(harness.channel(), "", new Metadata()).await().isOk()).isTrue();
		}
	}

	private static void assertOverloaded(RawCall call) {
		assertThat(call.await().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(call.await().getDescription()).isEqualTo("too many calls at the same time");
		assertThat(call.trailers().get(RichStatus.DETAILS).getDetailsList())
			.filteredOn((detail) -> detail.is(RetryInfo.class))
			.singleElement()
			.satisfies((detail) -> assertThat(Durations.toMillis(detail.unpack(RetryInfo.class).getRetryDelay()))
				.isBetween(100L, 1000L));
	}

	/**
	 * With grpc-java alone the stream is reset, and the handler hears nothing.
	 */
	@Test
	void aCallbackThatTheExecutorRejectsEndsItsCallOnly() {
		Set<Object> connections = ConcurrentHashMap.newKeySet();
		try (GrpcHarness harness = harness(true, this.one,
				(builder) -> builder.interceptors(connections(connections)))) {
			RawCall stream = RawCall
				.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
				.send(PingRequest.getDefaultInstance())
				.awaitFirst();
			Awaitility.await().until(() -> this.one.getActiveCount() == 0);
			hold(harness.channel(), 1);
			stream.send(PingRequest.newBuilder().setValue("too much").build());
			assertOverloaded(stream);
			assertThat(stream.trailers().getAll(RichStatus.PUSHBACK)).containsExactly("-1");
			assertThat(this.reporter.await().endReason()).isEqualTo(EndReason.OVERLOADED);
			Awaitility.await().until(() -> this.service.ran.toString().contains("onCancel"));
			assertThat(this.service.ran).filteredOn((ran) -> ran.startsWith("onNext")).hasSize(1);
			this.service.release.countDown();
			assertThat(this.reporter.await().endReason()).isEqualTo(EndReason.COMPLETED);
			Awaitility.await().until(() -> this.one.getActiveCount() == 0);
			assertThat(unary(harness.channel(), "", new Metadata()).await().isOk()).isTrue();
			assertThat(connections).hasSize(1);
		}
	}

	private static ServerInterceptor connections(Set<Object> connections) {
		return new ServerInterceptor() {
			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				connections.add(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
				return next.startCall(call, headers);
			}
		};
	}

	@Test
	void aCancelThatTheExecutorRejectsEndsItsCallOnly() {
		try (GrpcHarness harness = harness(this.one)) {
			RawCall held = unary(harness.channel(), "hold", new Metadata());
			Awaitility.await().until(() -> this.service.holding.get() == 1);
			held.cancel();
			Awaitility.await().until(() -> this.ours.getCompletedTaskCount() == 1);
			this.service.release.countDown();
			assertThat(this.reporter.await().endReason()).isEqualTo(EndReason.CANCELLED);
			Awaitility.await().until(() -> this.one.getActiveCount() == 0);
			assertThat(unary(harness.channel(), "", new Metadata()).await().isOk()).isTrue();
		}
	}

	@Test
	void whoHasGoneIsNotComputedFor() {
		Queue<Runnable> computing = new ConcurrentLinkedQueue<>();
		try (GrpcHarness harness = harness(true, this.two, computing::add, UnaryOperator.identity())) {
			RawCall gone = unary(harness.channel(), "", AskedPolicy.refuse(Effort.COMPUTE));
			Awaitility.await().until(() -> computing.size() == 1);
			gone.cancel();
			// The cancellation of its Context
			Awaitility.await().until(() -> this.two.getCompletedTaskCount() == 1);
			computing.remove().run();
			assertThat(this.reporter.await().endReason()).isEqualTo(EndReason.CANCELLED);
			assertThat(this.policy.asked).noneMatch((asked) -> asked.contains("COMPUTE"));
		}
	}

	@Test
	void eachOfManyCallsEndsOnceAndRunsWhereItShould() {
		int calls = 2000;
		try (GrpcHarness harness = harness(this.two)) {
			List<RawCall> admitted = new ArrayList<>();
			List<RawCall> refused = new ArrayList<>();
			List<RawCall> cancelled = new ArrayList<>();
			Effort[] efforts = Effort.values();
			for (int i = 0; i < calls; i++) {
				Effort effort = efforts[i % efforts.length];
				switch (i % 5) {
					case 0, 1 -> admitted.add(unary(harness.channel(), "", AskedPolicy.admit(effort)));
					case 2, 3 -> refused.add(unary(harness.channel(), "", AskedPolicy.refuse(effort)));
					default -> cancelled.add(unary(harness.channel(), "", AskedPolicy.admit(effort)).cancel());
				}
			}
			assertThat(admitted).allMatch((call) -> call.await().isOk() && call.responses().size() == 1);
			assertThat(refused).allMatch((call) -> call.await().getCode() == Status.Code.RESOURCE_EXHAUSTED);
			assertThat(cancelled)
				.allMatch((call) -> call.await().isOk() || call.await().getCode() == Status.Code.CANCELLED);
			int reported = admitted.size() + refused.size();
			for (int i = 0; i < reported; i++) {
				this.reporter.await();
			}
			assertThat(this.service.ran).containsOnly("ping on two-n");
			assertThat(this.policy.refusedOn).contains("grpc-patterns-call-n", "two-n");
			Awaitility.await().until(() -> this.two.getActiveCount() == 0 && this.ours.getActiveCount() == 0);
			assertThat(this.reporter.count()).isLessThanOrEqualTo(cancelled.size());
		}
	}

}
