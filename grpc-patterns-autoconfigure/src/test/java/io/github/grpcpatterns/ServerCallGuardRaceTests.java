package io.github.grpcpatterns;

import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.RecordingReporter;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Races of {@link ServerCallGuard}: a policy ends calls at random moments from a thread
 * of its own, while the handler sends from another.
 */
class ServerCallGuardRaceTests {

	private static final int CALLS = 3_000;

	private final ExecutorService handlers = Executors.newFixedThreadPool(2);

	private final ExecutorService policies = Executors.newFixedThreadPool(2);

	private final RecordingReporter reporter = new RecordingReporter();

	private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();

	private final AtomicInteger starts = new AtomicInteger();

	private final AtomicInteger cancels = new AtomicInteger();

	@AfterEach
	void stop() {
		this.handlers.shutdownNow();
		this.policies.shutdownNow();
	}

	/**
	 * Ends each call from a pool thread a random moment after its handler has started.
	 */
	private final class EndSoon implements ServerInterceptor {

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			ServerCallGuard guard = ServerCallGuard.current();
			ServerCallGuardRaceTests.this.policies.execute(() -> {
				spin();
				guard.end(EndReason.TERMINATED);
				if (!guard.ended()) {
					ServerCallGuardRaceTests.this.faults.add("not ended after end");
				}
			});
			return next.startCall(call, headers);
		}

	}

	private static void spin() {
		long until = System.nanoTime() + ThreadLocalRandom.current().nextInt(300_000);
		while (System.nanoTime() < until) {
			Thread.onSpinWait();
		}
	}

	/**
	 * Sends until it is cancelled, ignoring readiness, and checks what it is promised.
	 */
	private final class Sender extends PingServiceGrpc.PingServiceImplBase {

		@Override
		public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
			send(responses, new Callbacks());
		}

		@Override
		public StreamObserver<PingRequest> pingBidi(StreamObserver<PingResponse> responses) {
			Callbacks callbacks = new Callbacks();
			send(responses, callbacks);
			return new StreamObserver<>() {

				@Override
				public void onNext(PingRequest value) {
					callbacks.run("onNext", ServerCallGuardRaceTests::spin);
				}

				@Override
				public void onError(Throwable ex) {
				}

				@Override
				public void onCompleted() {
					callbacks.run("onHalfClose", () -> {
					});
				}

			};
		}

		private void send(StreamObserver<PingResponse> observer, Callbacks callbacks) {
			ServerCallStreamObserver<PingResponse> responses = (ServerCallStreamObserver<PingResponse>) observer;
			Context context = Context.current();
			ServerCallGuardRaceTests.this.starts.incrementAndGet();
			responses.setOnCancelHandler(() -> callbacks.run("onCancel", () -> {
				callbacks.over = true;
				ServerCallGuardRaceTests.this.cancels.incrementAndGet();
				if (!context.isCancelled()) {
					ServerCallGuardRaceTests.this.faults.add("onCancel before the context was cancelled");
				}
				if (Status.fromThrowable(context.cancellationCause()).getCode() != Status.Code.CANCELLED) {
					ServerCallGuardRaceTests.this.faults.add("context cancelled with " + context.cancellationCause());
				}
			}));
			responses.setOnReadyHandler(() -> callbacks.run("onReady", ServerCallGuardRaceTests::spin));
			ServerCallGuardRaceTests.this.handlers.execute(() -> {
				try {
					PingResponse response = PingResponse.newBuilder().setValue("x".repeat(100)).build();
					for (int sent = 0; !responses.isCancelled(); sent++) {
						if (sent < 500) {
							responses.onNext(response);
						}
						Thread.onSpinWait();
					}
					responses.onNext(response);
					responses.onCompleted();
				}
				catch (Throwable ex) {
					ServerCallGuardRaceTests.this.faults.add("handler: " + ex);
				}
			});
		}

	}

	/**
	 * Notices callbacks that overlap or come after the end.
	 */
	private final class Callbacks {

		private final AtomicInteger running = new AtomicInteger();

		private volatile boolean over;

		void run(String name, Runnable callback) {
			if (this.running.incrementAndGet() != 1) {
				ServerCallGuardRaceTests.this.faults.add(name + " overlaps");
			}
			if (this.over) {
				ServerCallGuardRaceTests.this.faults.add(name + " after onCancel");
			}
			callback.run();
			this.running.decrementAndGet();
		}

	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aPolicyThatEndsAServerStreamWhileItsHandlerSendsIsAlwaysHeard(boolean netty) {
		try (GrpcHarness harness = start(netty)) {
			for (int i = 0; i < CALLS; i++) {
				Iterator<PingResponse> responses = harness.blocking().pingList(PingRequest.getDefaultInstance());
				assertThat(drain(responses)).isEqualTo(Status.Code.CANCELLED.name() + " ended by an operator");
				assertReported();
			}
		}
		assertPromises();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aPolicyThatEndsABidirectionalStreamIsAlwaysHeard(boolean netty) throws Exception {
		try (GrpcHarness harness = start(netty)) {
			for (int i = 0; i < CALLS; i++) {
				CountDownLatch done = new CountDownLatch(1);
				ConcurrentLinkedQueue<String> outcome = new ConcurrentLinkedQueue<>();
				StreamObserver<PingRequest> requests = harness.async().pingBidi(new StreamObserver<>() {

					@Override
					public void onNext(PingResponse value) {
					}

					@Override
					public void onError(Throwable ex) {
						outcome.add(text(Status.fromThrowable(ex)));
						done.countDown();
					}

					@Override
					public void onCompleted() {
						outcome.add("OK");
						done.countDown();
					}

				});
				for (int n = 0; n < 3; n++) {
					requests.onNext(PingRequest.getDefaultInstance());
				}
				if (i % 2 == 0) {
					requests.onCompleted();
				}
				assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
				assertThat(outcome).containsExactly("CANCELLED ended by an operator");
				assertReported();
			}
		}
		assertPromises();
	}

	private GrpcHarness start(boolean netty) {
		return (netty ? GrpcHarness.netty() : GrpcHarness.inProcess()).service(new Sender())
			.interceptors(this.reporter, new EndSoon())
			.start();
	}

	private void assertReported() {
		CallRecord call = this.reporter.await();
		assertThat(call.status().getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(call.endReason()).isEqualTo(EndReason.TERMINATED);
	}

	private void assertPromises() {
		assertThat(this.starts).hasPositiveValue();
		Awaitility.await().untilAsserted(() -> assertThat(this.cancels).hasValue(this.starts.get()));
		assertThat(this.faults).isEmpty();
		assertThat(this.reporter.count()).isZero();
	}

	private static String drain(Iterator<PingResponse> responses) {
		try {
			while (responses.hasNext()) {
				responses.next();
			}
			return "OK";
		}
		catch (StatusRuntimeException ex) {
			return text(ex.getStatus());
		}
	}

	private static String text(Status status) {
		String description = String.valueOf(status.getDescription());
		return status.getCode() + (description.contains("operator") ? " ended by an operator" : " " + description);
	}

}
