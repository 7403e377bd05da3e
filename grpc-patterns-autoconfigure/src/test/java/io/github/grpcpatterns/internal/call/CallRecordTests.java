/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what a {@link CallRecord} knows of a stream that lives.
 */
class CallRecordTests {

	private final PolicyClock timer = new PolicyClock();

	private final AtomicReference<CallRecord> record = new AtomicReference<>();

	private GrpcHarness start() {
		return GrpcHarness.netty().timer(this.timer).interceptors(new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				CallRecordTests.this.record.set(CallRecord.current());
				return next.startCall(call, headers);
			}

		}).start();
	}

	@Test
	void aStreamKnowsItsBytesAndItsLastMessage() {
		PingRequest request = PingRequest.newBuilder().setValue("hello").build();
		PingResponse response = PingResponse.newBuilder().setValue("hello").build();
		try (GrpcHarness harness = start()) {
			RawCall call = RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
					new Metadata());
			Awaitility.await().until(() -> this.record.get() != null);
			CallRecord record = this.record.get();
			assertThat(record.traffic().lastMessageNanos()).isEqualTo(record.startNanos());
			this.timer.advance(Duration.ofSeconds(5));
			call.send(request);
			Awaitility.await().untilAsserted(() -> {
				assertThat(record.traffic().messagesReceived()).isEqualTo(1);
				assertThat(record.traffic().messagesSent()).isEqualTo(1);
				assertThat(record.traffic().bytesReceived()).isEqualTo(request.getSerializedSize());
				assertThat(record.traffic().bytesSent()).isEqualTo(response.getSerializedSize());
				assertThat(record.traffic().lastMessageNanos() - record.startNanos()).isEqualTo(5_000_000_000L);
			});
			call.cancel();
		}
	}

	@Test
	void aUnaryCallPaysForNoneOfIt() {
		try (GrpcHarness harness = start()) {
			harness.blocking().ping(PingRequest.newBuilder().setValue("hello").build());
			assertThat(this.record.get().traffic().messagesReceived()).isEqualTo(1);
			assertThat(this.record.get().traffic().bytesReceived()).isZero();
			assertThat(this.record.get().traffic().bytesSent()).isZero();
			assertThat(this.record.get().traffic().lastMessageNanos()).isZero();
		}
	}

	@Test
	void aReporterThatFailsFailsNothingElseAndIsLoggedOnce() {
		CallRecord record = CallRecord.client(PingServiceGrpc.getPingBidiMethod());
		CallRecorder next = new CallRecorder();
		record.addReporter(new FailingReporter());
		record.addReporter(next);
		try (CapturedLog log = new CapturedLog("grpc.patterns.call")) {
			record.start(0);
			record.sent();
			record.received(10);
			record.end(Status.OK, EndReason.COMPLETED, 1);
			assertThat(log.events()).hasSize(1);
		}
		assertThat(record.traffic().messagesSent()).isEqualTo(1);
		assertThat(record.traffic().messagesReceived()).isEqualTo(1);
		assertThat(next.count()).isEqualTo(1);
	}

	private static final class FailingReporter implements MessageReporter {

		private static NoClassDefFoundError failure() {
			return new NoClassDefFoundError("gone");
		}

		@Override
		public void started(CallRecord call) {
			throw failure();
		}

		@Override
		public void messageReceived(CallRecord call) {
			throw failure();
		}

		@Override
		public void messageSent(CallRecord call) {
			throw failure();
		}

		@Override
		public void messageSize(CallRecord call, boolean sent, long bytes) {
			throw failure();
		}

		@Override
		public void ended(CallRecord call) {
			throw failure();
		}

	}

}
