/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Policies, handlers and clients that end the same calls at the same time.
 */
class ServerCallGuardRaceTests {

	private static final int CALLS = 400;

	private final Queue<String> faults = new ConcurrentLinkedQueue<>();

	private final Queue<Handler> handlers = new ConcurrentLinkedQueue<>();

	private final CallRecorder recorder = new CallRecorder();

	enum Transport {

		NETTY, IN_PROCESS, DIRECT

	}

	private GrpcHarness start(Transport transport) {
		PingService service = new PingService().onPingBidi((responses) -> {
			Handler handler = new Handler(responses);
			ServerCallGuardRaceTests.this.handlers.add(handler);
			handler.start();
			return handler;
		});
		GrpcHarness.Builder builder = (transport == Transport.NETTY) ? GrpcHarness.netty() : GrpcHarness.inProcess();
		if (transport == Transport.DIRECT) {
			builder.executor(Runnable::run).channel((channel) -> channel.directExecutor());
		}
		return builder.service(service).interceptors(this.recorder).start();
	}

	@ParameterizedTest
	@EnumSource
	void whoeverEndsACallItEndsOnceForAll(Transport transport) throws Exception {
		try (GrpcHarness harness = start(transport)) {
			List<RawCall> calls = new ArrayList<>();
			for (int i = 0; i < CALLS; i++) {
				RawCall call = RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(),
						CallOptions.DEFAULT, new Metadata());
				calls.add(call);
				call.send(PingRequest.getDefaultInstance());
				switch (i % 4) {
					case 0 -> call.cancel();
					case 1 -> call.send(PingRequest.getDefaultInstance()).halfClose();
					default -> {
					}
				}
			}
			for (int i = 0; i < CALLS; i++) {
				Status.Code code = calls.get(i).await().getCode();
				List<Status.Code> possible = new ArrayList<>(List.of(Status.Code.DEADLINE_EXCEEDED, Status.Code.OK));
				if (i % 4 == 0) {
					possible.add(Status.Code.CANCELLED);
				}
				assertThat(code).isIn(possible);
				assertThat(calls.get(i).closes()).isEqualTo(1);
			}
			int started = this.handlers.size();
			for (Handler handler : this.handlers) {
				assertThat(handler.over.await(20, TimeUnit.SECONDS)).isTrue();
			}
			for (int i = 0; i < started; i++) {
				this.recorder.await();
			}
			assertThat(this.faults).isEmpty();
			assertThat(this.recorder.count()).isLessThanOrEqualTo(CALLS - started);
			for (Handler handler : this.handlers) {
				assertThat(handler.cancels.get() + handler.completes.get()).isEqualTo(1);
			}
		}
	}

	/**
	 * Sends on a thread of its own, while callbacks come and a policy ends the call.
	 */
	private final class Handler implements StreamObserver<PingRequest> {

		private final ServerCallGuard guard = ServerCallGuard.current();

		private final Context context = Context.current();

		private final ServerCallStreamObserver<PingResponse> responses;

		private final AtomicInteger inside = new AtomicInteger();

		final AtomicInteger cancels = new AtomicInteger();

		final AtomicInteger completes = new AtomicInteger();

		final CountDownLatch over = new CountDownLatch(2);

		Handler(ServerCallStreamObserver<PingResponse> responses) {
			this.responses = responses;
			responses.setOnCancelHandler(() -> inside(() -> {
				this.cancels.incrementAndGet();
				if (!this.responses.isCancelled()) {
					fault("not cancelled in its cancel handler");
				}
				if (this.guard.ended() && !this.context.isCancelled()) {
					fault("the context lives in the cancel handler");
				}
				this.over.countDown();
			}));
			responses.setOnCloseHandler(() -> inside(() -> {
				this.completes.incrementAndGet();
				this.over.countDown();
			}));
			responses.setOnReadyHandler(() -> inside(() -> {
			}));
		}

		void start() {
			long pause = ThreadLocalRandom.current().nextLong(300_000);
			boolean completes = ThreadLocalRandom.current().nextInt(3) == 0;
			thread(() -> {
				PingResponse response = PingResponse.newBuilder()
					.setPayload(ByteString.copyFrom(new byte[100]))
					.build();
				try {
					for (int i = 0; i < 50 && !this.responses.isCancelled(); i++) {
						this.responses.onNext(response);
					}
					if (completes) {
						this.responses.onCompleted();
					}
				}
				catch (RuntimeException ex) {
					fault("a handler met " + ex);
				}
				this.over.countDown();
			});
			thread(() -> {
				LockSupport.parkNanos(pause);
				this.guard.end(EndReason.STREAM_MAX_DURATION);
			});
		}

		private void thread(Runnable task) {
			Thread thread = new Thread(task);
			thread.setDaemon(true);
			thread.start();
		}

		private void inside(Runnable callback) {
			if (this.inside.incrementAndGet() != 1) {
				fault("callbacks overlap");
			}
			if (this.cancels.get() + this.completes.get() != 0) {
				fault("a callback after the last");
			}
			callback.run();
			this.inside.decrementAndGet();
		}

		private void fault(String text) {
			ServerCallGuardRaceTests.this.faults.add(text);
		}

		@Override
		public void onNext(PingRequest request) {
			inside(() -> {
			});
		}

		@Override
		public void onError(Throwable ex) {
			// the cancel handler tells
		}

		@Override
		public void onCompleted() {
			inside(() -> {
			});
		}

	}

}
