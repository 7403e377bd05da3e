/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.OpenService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.Received;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every limit, a thousand times, while the handler sends in a tight loop from a thread of
 * its own; where the limit is about what it sends, it ignores whether it is ready.
 */
class StreamRaceTests {

	private static final int CALLS = 1_000;

	private final ExecutorService handlers = Executors.newFixedThreadPool(2);

	private final CallRecorder recorder = new CallRecorder();

	private final Queue<String> faults = new ConcurrentLinkedQueue<>();

	private final AtomicReference<ServerCallGuard> guard = new AtomicReference<>();

	private volatile boolean impolite;

	private final AtomicInteger starts = new AtomicInteger();

	private final AtomicInteger cancels = new AtomicInteger();

	@AfterEach
	void stop() {
		this.handlers.shutdownNow();
	}

	@ParameterizedTest
	@CsvSource({ "max-duration,2ms,STREAM_MAX_DURATION", "idle-timeout,2ms,STREAM_IDLE",
			"max-inbound-messages,2,STREAM_MAX_MESSAGES", "max-inbound-bytes,200B,STREAM_MAX_BYTES",
			"max-outbound-messages,300,STREAM_MAX_MESSAGES", "max-outbound-bytes,30KB,STREAM_MAX_BYTES",
			"max-pending-bytes,20KB,SLOW_CONSUMER", "max-pending-bytes-total,20KB,SLOW_CONSUMER" })
	void theStreamEndsOnceForItsReason(String setting, String value, EndReason reason) {
		CallTimer timer = TestCalls.sharedTimer();
		StreamServerInterceptor interceptor = new StreamServerInterceptor(StreamFixture.bind(Map.of(setting, value)),
				timer);
		// It falls silent when its client does not read.
		boolean slow = reason == EndReason.SLOW_CONSUMER || reason == EndReason.STREAM_IDLE;
		this.impolite = reason == EndReason.SLOW_CONSUMER || setting.startsWith("max-outbound");
		PingRequest request = PingRequest.newBuilder().setPayload(ByteString.copyFrom(new byte[100])).build();
		try (GrpcHarness harness = GrpcHarness.netty()
			.service(new Sender())
			.timer(timer)
			.interceptors(this.recorder, keepGuard(), interceptor)
			.start()) {
			for (int i = 0; i < CALLS; i++) {
				this.guard.set(null);
				RawCall call = slow ? RawCall.startUnread(harness.channel(), PingServiceGrpc.getPingBidiMethod())
						: RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
								new Metadata());
				for (int n = 0; n < 4; n++) {
					call.send(request);
				}
				if (slow) {
					Awaitility.await()
						.pollInterval(Duration.ofMillis(1))
						.until(() -> this.guard.get() != null && this.guard.get().ended());
					call.request(1_000_000);
				}
				assertThat(call.await().getCode()).isEqualTo(reason.status().getCode());
				assertThat(call.closes()).isOne();
				assertThat(this.recorder.await().endReason()).isEqualTo(reason);
				if (setting.equals("max-outbound-messages")) {
					assertThat(call.responses()).hasSize(300);
				}
			}
			assertThat(this.starts).hasPositiveValue();
			Awaitility.await().untilAsserted(() -> assertThat(this.cancels).hasValue(this.starts.get()));
			assertThat(this.faults).isEmpty();
			assertThat(this.recorder.count()).isZero();
			Awaitility.await().untilAsserted(() -> assertThat(interceptor.pendingBytes().total()).isZero());
		}
	}

	private ServerInterceptor keepGuard() {
		return new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				StreamRaceTests.this.guard.set(ServerCallGuard.current());
				return next.startCall(call, headers);
			}

		};
	}

	/**
	 * Sends until it is cancelled, and a little longer.
	 */
	private final class Sender extends PingServiceGrpc.PingServiceImplBase {

		@Override
		public StreamObserver<PingRequest> pingBidi(StreamObserver<PingResponse> observer) {
			ServerCallStreamObserver<PingResponse> responses = (ServerCallStreamObserver<PingResponse>) observer;
			Context context = Context.current();
			StreamRaceTests.this.starts.incrementAndGet();
			AtomicInteger running = new AtomicInteger();
			responses.setOnCancelHandler(() -> {
				if (running.incrementAndGet() != 1 || !context.isCancelled()) {
					StreamRaceTests.this.faults.add("onCancel overlaps, or comes before the context is cancelled");
				}
				StreamRaceTests.this.cancels.incrementAndGet();
				running.decrementAndGet();
			});
			responses.setOnReadyHandler(() -> {
				if (running.incrementAndGet() != 1) {
					StreamRaceTests.this.faults.add("onReady overlaps");
				}
				running.decrementAndGet();
			});
			StreamRaceTests.this.handlers.execute(() -> {
				try {
					PingResponse response = OpenService.response(1, 100);
					while (!responses.isCancelled()) {
						if (StreamRaceTests.this.impolite || responses.isReady()) {
							responses.onNext(response);
						}
					}
					responses.onNext(response);
					responses.onCompleted();
				}
				catch (Throwable ex) {
					StreamRaceTests.this.faults.add("handler: " + ex);
				}
			});
			return new Received<>() {

				@Override
				public void onNext(PingRequest value) {
					if (running.incrementAndGet() != 1) {
						StreamRaceTests.this.faults.add("onNext overlaps");
					}
					running.decrementAndGet();
				}

			};
		}

	}

}
