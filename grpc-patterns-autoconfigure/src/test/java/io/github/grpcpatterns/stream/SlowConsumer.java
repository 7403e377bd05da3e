/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.OpenService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Status;
import org.slf4j.LoggerFactory;

/**
 * Clients that do not read, and handlers that send all the same until they are told to
 * stop, four at a time.
 */
final class SlowConsumer {

	private static final int STREAMS = 20;

	private SlowConsumer() {
	}

	public static void main(String[] args) {
		((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
		Map<String, Object> settings = args[0].equals("limited") ? Map.of("max-pending-bytes-total", "16MB")
				: Map.of("max-pending-bytes", 0, "max-pending-bytes-total", 0);
		CallTimer timer = TestCalls.sharedTimer();
		CallRecorder recorder = new CallRecorder();
		OpenService service = new OpenService();
		StreamServerInterceptor interceptor = new StreamServerInterceptor(StreamFixture.bind(settings), timer);
		ExecutorService handlers = Executors.newFixedThreadPool(4);
		AtomicLong most = new AtomicLong();
		int ended = 0;
		try (GrpcHarness harness = GrpcHarness.netty()
			.service(service)
			.timer(timer)
			.interceptors(recorder, interceptor)
			.start()) {
			List<RawCall> calls = new ArrayList<>();
			for (int i = 0; i < STREAMS; i++) {
				calls.add(RawCall.startUnread(harness.channel(), PingServiceGrpc.getPingBidiMethod()));
				OpenService.Handler handler = service.await();
				handlers.execute(() -> {
					while (!handler.responses.isCancelled()) {
						handler.responses.onNext(OpenService.response(1, 16_000));
						most.accumulateAndGet(interceptor.pendingBytes().total(), Math::max);
					}
				});
			}
			for (RawCall call : calls) {
				if (recorder.await().endReason() == EndReason.SLOW_CONSUMER
						&& call.request(1000).await().getCode() == Status.Code.RESOURCE_EXHAUSTED) {
					ended++;
				}
			}
			System.out.printf("%d of %d ended as SLOW_CONSUMER, at most %,d bytes waited, %,d in the end%n", ended,
					STREAMS, most.get(), interceptor.pendingBytes().total());
		}
		System.exit((ended == STREAMS && interceptor.pendingBytes().total() == 0) ? 0 : 1);
	}

}
