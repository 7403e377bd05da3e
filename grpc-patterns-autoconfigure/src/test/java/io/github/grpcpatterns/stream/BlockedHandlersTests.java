/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CorrelationScope;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.concurrent.SharedCallTimer;
import io.github.grpcpatterns.stub.StreamWriter;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for calls beside others whose handlers, sources and interceptors block.
 */
class BlockedHandlersTests {

	private static final int BLOCKED = 8;

	private final CountDownLatch release = new CountDownLatch(1);

	private final CallRecorder recorder = new CallRecorder();

	@AfterEach
	void releaseAll() {
		this.release.countDown();
	}

	private void block() {
		try {
			this.release.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static RawCall open(GrpcHarness harness, MethodDescriptor<PingRequest, PingResponse> method, String value) {
		return RawCall.start(harness.channel(), method, CallOptions.DEFAULT, new Metadata())
			.send(PingRequest.newBuilder().setValue(value).build())
			.halfClose();
	}

	@Test
	void sourcesThatBlockDoNotHoldUpAnotherPacedStream() {
		CountDownLatch blocked = new CountDownLatch(BLOCKED);
		PingService service = new PingService().onPingList((request, responses) -> {
			StreamWriter.send(new Iterator<PingResponse>() {

				private int read;

				@Override
				public boolean hasNext() {
					if (this.read > 0 && request.getValue().equals("block")) {
						blocked.countDown();
						block();
					}
					return true;
				}

				@Override
				public PingResponse next() {
					return PingResponse.newBuilder().setCounter(this.read++).build();
				}

			}, responses);
		});
		try (SharedCallTimer timer = new SharedCallTimer();
				GrpcHarness harness = GrpcHarness.netty()
					.service(service)
					.timer(timer)
					.interceptors(new StreamServerInterceptor(
							StreamFixture.bind(Map.of("outbound-rate", "50", "outbound-burst", "1")), timer))
					.start()) {
			for (int i = 0; i < BLOCKED; i++) {
				open(harness, PingServiceGrpc.getPingListMethod(), "block");
			}
			Awaitility.await().until(() -> blocked.getCount() == 0);
			RawCall paced = open(harness, PingServiceGrpc.getPingListMethod(), "");
			Awaitility.await().until(() -> paced.responses().size() > 20);
			this.release.countDown();
		}
	}

	@Test
	void aCallIsReportedThoughItsHandlerBlocks() {
		PingService service = new PingService().onPing((request, responses) -> {
			block();
		});
		try (SharedCallTimer timer = new SharedCallTimer();
				GrpcHarness harness = GrpcHarness.netty()
					.service(service)
					.timer(timer)
					.interceptors(this.recorder)
					.start()) {
			RawCall call = RawCall
				.start(harness.channel(), PingServiceGrpc.getPingMethod(),
						CallOptions.DEFAULT.withDeadlineAfter(200, TimeUnit.MILLISECONDS), new Metadata())
				.send(PingRequest.getDefaultInstance())
				.halfClose();
			assertThat(call.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			CallRecord record = this.recorder.await();
			assertThat(record.endReason()).isEqualTo(EndReason.DEADLINE);
			assertThat(this.release.getCount()).isOne();
			this.release.countDown();
			assertThat(this.recorder.count()).isZero();
		}
	}

	@Test
	void anInterceptorThatBlocksInACloseHoldsUpNoTimer() {
		PolicyClock time = new PolicyClock();
		AtomicReference<Thread> closedOn = new AtomicReference<>();
		AtomicReference<String> idThere = new AtomicReference<>();
		AtomicReference<CallRecord> recordThere = new AtomicReference<>();
		ServerInterceptor slow = new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				ServerCallGuard.current().enter(new CorrelationScope("the-id"));
				return next.startCall(new ForwardingServerCall.SimpleForwardingServerCall<>(call) {

					@Override
					public void close(Status status, Metadata trailers) {
						closedOn.set(Thread.currentThread());
						idThere.set(MDC.get(CorrelationScope.MDC_KEY));
						recordThere.set(CallRecord.current());
						block();
						super.close(status, trailers);
					}

				}, headers);
			}

		};
		try (GrpcHarness harness = GrpcHarness.netty().timer(time).interceptors(this.recorder, slow).start()) {
			RawCall call = RawCall
				.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
				.send(PingRequest.getDefaultInstance())
				.awaitFirst();
			harness.liveCalls().forEach((record) -> record.guard().endAfter(1, EndReason.STREAM_MAX_DURATION));
			time.advance(Duration.ofNanos(1)); // comes back though the close blocks
			Awaitility.await().until(() -> recordThere.get() != null);
			assertThat(closedOn.get()).isNotSameAs(Thread.currentThread());
			assertThat(idThere).hasValue("the-id");
			assertThat(recordThere.get().methodName()).endsWith("/PingBidi");
			assertThat(call.closes()).isZero();
			this.release.countDown();
			assertThat(call.await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		}
	}

	@Test
	void theEndOfACancelledCallPassesTheInterceptorsInItsContextAndScopes() {
		AtomicReference<String> idThere = new AtomicReference<>();
		AtomicReference<CallRecord> recordThere = new AtomicReference<>();
		ServerInterceptor looking = new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				ServerCallGuard.current().enter(new CorrelationScope("the-id"));
				return next.startCall(new ForwardingServerCall.SimpleForwardingServerCall<>(call) {

					@Override
					public void close(Status status, Metadata trailers) {
						idThere.set(MDC.get(CorrelationScope.MDC_KEY));
						recordThere.set(CallRecord.current());
						super.close(status, trailers);
					}

				}, headers);
			}

		};
		try (GrpcHarness harness = GrpcHarness.netty().interceptors(looking).start()) {
			RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
				.send(PingRequest.getDefaultInstance())
				.awaitFirst()
				.cancel();
			Awaitility.await().until(() -> recordThere.get() != null);
			assertThat(idThere).hasValue("the-id");
			assertThat(recordThere.get().methodName()).endsWith("/PingBidi");
		}
	}

}
