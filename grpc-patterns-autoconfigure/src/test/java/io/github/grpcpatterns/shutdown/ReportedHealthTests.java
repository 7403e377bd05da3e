/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReportedHealth}.
 */
class ReportedHealthTests {

	private static final int REPEATS = 300;

	private volatile ReportedHealth health = new ReportedHealth();

	private final HealthStatusManager manager = new HealthStatusManager();

	private GrpcHarness start(boolean netty, BindableService service) {
		return (netty ? GrpcHarness.netty() : GrpcHarness.inProcess()).service(service)
			.interceptors(new ServerInterceptor() {
				@Override
				public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call,
						Metadata headers, ServerCallHandler<ReqT, RespT> next) {
					return next.startCall(ReportedHealthTests.this.health.of(call, ServerCallGuard.current()), headers);
				}
			})
			.start();
	}

	private static CompletableFuture<Void> with(CyclicBarrier barrier, Runnable task) {
		return CompletableFuture.runAsync(() -> {
			await(barrier);
			task.run();
		}, (run) -> new Thread(run, "test").start());
	}

	private static void await(CyclicBarrier barrier) {
		try {
			barrier.await(10, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Health watch(Context context, GrpcHarness harness) {
		Context previous = context.attach();
		try {
			return Health.watch(harness.channel(), "");
		}
		finally {
			context.detach(previous);
		}
	}

	private static void awaitLast(Health watch, ServingStatus expected) {
		Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
			List<ServingStatus> seen = watch.seen();
			return !seen.isEmpty() && seen.get(seen.size() - 1) == expected;
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aWatchThatOpensWhileTheApplicationClosesHearsOfIt(boolean netty) {
		try (GrpcHarness harness = start(netty, this.manager.getHealthService())) {
			for (int i = 0; i < REPEATS; i++) {
				ReportedHealth fresh = new ReportedHealth();
				this.health = fresh;
				CyclicBarrier barrier = new CyclicBarrier(2);
				CompletableFuture<Void> closed = with(barrier, fresh::close);
				Context.CancellableContext context = Context.current().withCancellation();
				await(barrier);
				Health watch = watch(context, harness);
				closed.orTimeout(10, TimeUnit.SECONDS).join();
				awaitLast(watch, ServingStatus.NOT_SERVING);
				context.cancel(null);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void noStatusIsReportedAfterTheApplicationCloses(boolean netty) {
		try (GrpcHarness harness = start(netty, this.manager.getHealthService())) {
			for (int i = 0; i < REPEATS; i++) {
				ReportedHealth fresh = new ReportedHealth();
				this.health = fresh;
				this.manager.setStatus("", ServingStatus.SERVING);
				Context.CancellableContext context = Context.current().withCancellation();
				Health watch = watch(context, harness);
				awaitLast(watch, ServingStatus.SERVING);
				CyclicBarrier barrier = new CyclicBarrier(2);
				CompletableFuture<Void> closed = with(barrier, fresh::close);
				await(barrier);
				this.manager.setStatus("", ServingStatus.NOT_SERVING);
				this.manager.setStatus("", ServingStatus.SERVING);
				closed.orTimeout(10, TimeUnit.SECONDS).join();
				this.manager.setStatus("", ServingStatus.NOT_SERVING);
				this.manager.setStatus("", ServingStatus.SERVING);
				awaitLast(watch, ServingStatus.NOT_SERVING);
				assertThat(Health.check(harness.channel(), "")).isEqualTo(ServingStatus.NOT_SERVING);
				awaitLast(watch, ServingStatus.NOT_SERVING); // an earlier one was on its
																// way, perhaps
				context.cancel(null);
			}
		}
	}

	@Test
	void answersOfAHealthServicePassUnchangedUntilThen() throws Exception {
		try (GrpcHarness harness = start(false, new Repeating())) {
			Health watch = Health.watch(harness.channel(), "");
			assertThat(watch.await().isOk()).isTrue();
			assertThat(watch.seen()).containsExactly(ServingStatus.SERVING, ServingStatus.SERVING);
		}
	}

	private static final class Repeating extends HealthGrpc.HealthImplBase {

		@Override
		public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> responses) {
			HealthCheckResponse serving = HealthCheckResponse.newBuilder().setStatus(ServingStatus.SERVING).build();
			responses.onNext(serving);
			responses.onNext(serving);
			responses.onCompleted();
		}

	}

}
