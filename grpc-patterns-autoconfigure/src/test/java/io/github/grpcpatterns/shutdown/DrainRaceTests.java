/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Repeats what meets at the end of a server: drain, cancel, completion, and the end by
 * the drain's timeout.
 */
class DrainRaceTests {

	private static final int CALLS = 600;

	private final ExecutorService threads = Executors.newFixedThreadPool(3);

	private final CallRecorder recorder = new CallRecorder();

	@AfterEach
	void stop() {
		this.threads.shutdownNow();
	}

	private GrpcHarness start(boolean netty, PingService service) {
		return (netty ? GrpcHarness.netty() : GrpcHarness.inProcess()).service(service)
			.interceptors(this.recorder)
			.start();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aHandlerIsToldAtMostOnceAndNeverBesideACallback(boolean netty) throws Exception {
		DrainingService service = new DrainingService();
		try (GrpcHarness harness = start(netty, service)) {
			for (int i = 0; i < CALLS; i++) {
				RawCall call = RawCall
					.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
					.send(PingRequest.newBuilder().setValue((i % 2 == 0) ? "leave" : "stay").build())
					.awaitFirst();
				int variant = i % 3;
				CyclicBarrier barrier = new CyclicBarrier(3);
				Future<?> drain = this.threads.submit(() -> {
					barrier.await(10, TimeUnit.SECONDS);
					harness.liveCalls().forEach((record) -> record.guard().beginDrain());
					return null;
				});
				Future<?> second = this.threads.submit(() -> {
					barrier.await(10, TimeUnit.SECONDS);
					harness.liveCalls().forEach((record) -> {
						if (variant == 0) {
							record.guard().endForGood(EndReason.SERVER_DRAINING);
						}
						else {
							record.guard().beginDrain();
						}
					});
					return null;
				});
				barrier.await(10, TimeUnit.SECONDS);
				if (variant == 1) {
					call.cancel();
				}
				else {
					call.send(PingRequest.newBuilder().setValue((i % 2 == 0) ? "leave" : "stay").build());
				}
				drain.get(10, TimeUnit.SECONDS);
				second.get(10, TimeUnit.SECONDS);
				if (i % 2 != 0 && variant == 2) {
					call.cancel();
				}
				Status status = call.await();
				assertThat(status.getCode()).isIn(Status.Code.OK, Status.Code.UNAVAILABLE, Status.Code.CANCELLED);
				assertThat(call.closes()).isOne();
				this.recorder.await();
			}
			assertThat(service.toldAgain).hasValue(0);
			assertThat(service.overlaps).hasValue(0);
			assertThat(this.recorder.count()).isZero();
			AtomicInteger live = new AtomicInteger();
			harness.liveCalls().forEach((record) -> live.incrementAndGet());
			assertThat(live).hasValue(0);
		}
	}

	/**
	 * The half-close that calls the handler meets the end: who may repeat the call must
	 * be sure that its handler never begins.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whoMayRepeatACallKnowsThatItsHandlerNeverBegins(boolean netty) throws Exception {
		Recording service = new Recording();
		Set<String> repeatable = new HashSet<>();
		try (GrpcHarness harness = start(netty, service)) {
			RawCall other = RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
					new Metadata());
			for (int i = 0; i < CALLS; i++) {
				String name = "call " + i;
				RawCall call = RawCall
					.start(harness.channel(), PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT, new Metadata())
					.send(PingRequest.newBuilder().setValue(name).build());
				other.send(PingRequest.getDefaultInstance()); // else Netty waits
				Awaitility.await()
					.pollDelay(Duration.ZERO)
					.pollInterval(Duration.ofMillis(1))
					.until(() -> !live(harness).isEmpty());
				CyclicBarrier barrier = new CyclicBarrier(2);
				Future<?> end = this.threads.submit(() -> {
					barrier.await(10, TimeUnit.SECONDS);
					live(harness).forEach((record) -> record.guard().endForGood(EndReason.SERVER_DRAINING));
					return null;
				});
				barrier.await(10, TimeUnit.SECONDS);
				call.halfClose();
				end.get(10, TimeUnit.SECONDS);
				assertThat(call.await().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
				this.recorder.await();
				if (call.trailers().get(RichStatus.PUSHBACK) == null) {
					repeatable.add(name);
				}
			}
			other.halfClose().await();
		}
		assertThat(repeatable).isNotEmpty().doesNotContainAnyElementsOf(service.begun);
	}

	private static List<CallRecord> live(GrpcHarness harness) {
		List<CallRecord> live = new ArrayList<>();
		harness.liveCalls().forEach((record) -> {
			if (!record.streaming()) {
				live.add(record);
			}
		});
		return live;
	}

	/**
	 * Notes that it began, and never answers.
	 */
	private static final class Recording extends PingService {

		private final Set<String> begun = ConcurrentHashMap.newKeySet();

		@Override
		public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
			this.begun.add(request.getValue());
		}

	}

}
