/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a stream may not do: live on, be silent, say too much or too fast, or not be read.
 */
class StreamTests {

	private static final String OVERRIDES = "grpc.patterns.server.stream.overrides";

	private static App app;

	@BeforeAll
	static void start() {
		app = App.start(Talkative.class, OVERRIDES + "[0].methods=" + App.PING + "PingBidi",
				OVERRIDES + "[0].idle-timeout=1500ms", OVERRIDES + "[0].max-duration=3s",
				OVERRIDES + "[1].methods=" + App.PING + "PingStream", OVERRIDES + "[1].max-inbound-messages=15",
				OVERRIDES + "[1].inbound-rate=10", OVERRIDES + "[1].inbound-burst=1",
				OVERRIDES + "[2].methods=" + App.PING + "PingList", OVERRIDES + "[2].max-outbound-messages=500",
				OVERRIDES + "[2].max-pending-bytes=512KB");
	}

	@AfterAll
	static void stop() {
		app.close();
	}

	private static RawCall start(MethodDescriptor<PingRequest, PingResponse> method) {
		return RawCall.start(app.as("alice"), method, CallOptions.DEFAULT, new Metadata());
	}

	private static void assertEnded(RawCall call, Status.Code code, String reason) {
		assertThat(call.await().getCode()).isEqualTo(code);
		assertThat(GrpcErrors.from(call.await().asRuntimeException(call.trailers())).reason()).isEqualTo(reason);
	}

	@Test
	void aSilentStreamEnds() {
		RawCall call = start(PingServiceGrpc.getPingBidiMethod()).send(PingRequest.getDefaultInstance()).awaitFirst();
		assertEnded(call, Status.Code.DEADLINE_EXCEEDED, "STREAM_IDLE");
	}

	@Test
	void anOldStreamEndsAlthoughItTalks() {
		ScheduledExecutorService talk = Executors.newSingleThreadScheduledExecutor();
		try {
			RawCall call = start(PingServiceGrpc.getPingBidiMethod());
			talk.scheduleAtFixedRate(() -> call.send(PingRequest.getDefaultInstance()), 0, 100, TimeUnit.MILLISECONDS);
			assertEnded(call, Status.Code.DEADLINE_EXCEEDED, "STREAM_MAX_DURATION");
			assertThat(call.responses()).isNotEmpty();
		}
		finally {
			talk.shutdownNow();
		}
	}

	@Test
	void aStreamIsSlowedDownToItsRate() {
		long start = System.nanoTime();
		RawCall call = start(PingServiceGrpc.getPingStreamMethod());
		for (int i = 0; i < 15; i++) {
			call.send(PingRequest.getDefaultInstance());
		}
		assertThat(call.halfClose().await()).isEqualTo(Status.OK);
		assertThat(call.responses()).singleElement().extracting(PingResponse::getCounter).isEqualTo(15);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1300));
	}

	@Test
	void aStreamWithTooManyMessagesEnds() {
		RawCall in = start(PingServiceGrpc.getPingStreamMethod());
		for (int i = 0; i < 16; i++) {
			in.send(PingRequest.getDefaultInstance());
		}
		assertEnded(in, Status.Code.RESOURCE_EXHAUSTED, "STREAM_MAX_MESSAGES");
		RawCall out = start(PingServiceGrpc.getPingListMethod()).send(PingRequest.newBuilder().setCount(501).build())
			.halfClose();
		assertEnded(out, Status.Code.RESOURCE_EXHAUSTED, "STREAM_MAX_MESSAGES");
		assertThat(out.responses()).hasSize(500);
	}

	@Test
	void aStreamThatIsNotReadEnds() {
		Talkative service = app.bean(Talkative.class);
		RawCall call = RawCall.startUnread(app.as("alice"), PingServiceGrpc.getPingListMethod())
			.send(PingRequest.newBuilder()
				.setCount(200)
				.setPayload(ByteString.copyFrom(new byte[32 * 1024]))
				.setValue("talk")
				.build())
			.halfClose();
		Awaitility.await().until(() -> service.done);
		assertEnded(call.request(200), Status.Code.RESOURCE_EXHAUSTED, "SLOW_CONSUMER");
		assertThat(call.responses()).hasSizeLessThan(40);
	}

	@Test
	void aStreamThatIsReadIsNotSlow() {
		RawCall call = start(PingServiceGrpc.getPingListMethod()).send(PingRequest.newBuilder().setCount(300).build())
			.halfClose();
		assertThat(call.await()).isEqualTo(Status.OK);
		assertThat(call.responses()).hasSize(300);
	}

	/**
	 * Sends without a look at whether it is read.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Talkative {

		private volatile boolean done;

		@Bean
		@net.devh.boot.grpc.server.service.GrpcService
		PingService pingService() {
			return new PingService() {

				@Override
				public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
					super.pingList(request, responses);
					if (request.getValue().equals("talk")) {
						Talkative.this.done = true;
					}
				}

			};
		}

	}

}
