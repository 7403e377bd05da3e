/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.OpenService;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the age, the silence, and the messages and bytes of streams.
 */
class StreamLimitTests {

	private final PolicyClock clock = new PolicyClock();

	private final CallRecorder recorder = new CallRecorder();

	private final OpenService service = new OpenService();

	static List<MethodDescriptor<PingRequest, PingResponse>> streams() {
		return List.of(PingServiceGrpc.getPingListMethod(), PingServiceGrpc.getPingStreamMethod(),
				PingServiceGrpc.getPingBidiMethod());
	}

	private GrpcHarness start(boolean netty, Map<String, ?> settings) {
		return (netty ? GrpcHarness.netty() : GrpcHarness.inProcess()).service(this.service)
			.timer(this.clock)
			.interceptors(this.recorder, new StreamServerInterceptor(StreamFixture.bind(settings), this.clock))
			.start();
	}

	private GrpcHarness start(Map<String, ?> settings) {
		return start(true, settings);
	}

	private static RawCall open(GrpcHarness harness, MethodDescriptor<PingRequest, PingResponse> method) {
		RawCall call = RawCall.start(harness.channel(), method, CallOptions.DEFAULT, new Metadata());
		if (method.getType().clientSendsOneMessage()) {
			call.send(PingRequest.getDefaultInstance()).halfClose();
		}
		return call;
	}

	private static RawCall bidi(GrpcHarness harness) {
		return open(harness, PingServiceGrpc.getPingBidiMethod());
	}

	@ParameterizedTest
	@MethodSource("streams")
	void aStreamEndsAtItsGreatestAge(MethodDescriptor<PingRequest, PingResponse> method) {
		try (GrpcHarness harness = start(Map.of("max-duration", "8h"))) {
			RawCall call = open(harness, method);
			OpenService.Handler handler = this.service.await();
			this.clock.advance(Duration.ofHours(8).minusNanos(1));
			assertThat(call.closes()).isZero();
			this.clock.advance(Duration.ofNanos(1));
			StreamFixture.assertEnded(call, handler, this.recorder, EndReason.STREAM_MAX_DURATION);
			Awaitility.await().untilAsserted(() -> assertThat(this.clock.scheduled()).isEmpty());
		}
	}

	@ParameterizedTest
	@MethodSource("streams")
	void aSilentStreamEndsFromTheStartOfTheCall(MethodDescriptor<PingRequest, PingResponse> method) {
		try (GrpcHarness harness = start(Map.of("idle-timeout", "60"))) {
			RawCall call = open(harness, method);
			OpenService.Handler handler = this.service.await();
			this.clock.advance(Duration.ofSeconds(59));
			assertThat(call.closes()).isZero();
			this.clock.advance(Duration.ofSeconds(1));
			StreamFixture.assertEnded(call, handler, this.recorder, EndReason.STREAM_IDLE);
			Awaitility.await().untilAsserted(() -> assertThat(this.clock.scheduled()).isEmpty());
		}
	}

	@Test
	void messagesOfEitherDirectionKeepAStreamAlive() {
		try (GrpcHarness harness = start(Map.of("idle-timeout", "60s"))) {
			RawCall call = bidi(harness);
			OpenService.Handler handler = this.service.await();
			for (int i = 1; i <= 5; i++) {
				int sent = i;
				this.clock.advance(Duration.ofSeconds(40));
				call.send(OpenService.request(i));
				Awaitility.await().until(() -> handler.received.size() == sent);
				this.clock.advance(Duration.ofSeconds(40));
				handler.responses.onNext(OpenService.response(i));
			}
			assertThat(this.clock.scheduled()).hasSize(1);
			this.clock.advance(Duration.ofSeconds(59));
			assertThat(call.closes()).isZero();
			this.clock.advance(Duration.ofSeconds(1));
			StreamFixture.assertEnded(call, handler, this.recorder, EndReason.STREAM_IDLE);
		}
	}

	@Test
	void aStreamThatIsOverForgetsItsTimers() {
		try (GrpcHarness harness = start(Map.of("idle-timeout", "60s", "max-duration", "1h"))) {
			RawCall call = bidi(harness);
			OpenService.Handler handler = this.service.await();
			assertThat(this.clock.scheduled()).containsExactly(Duration.ofSeconds(60), Duration.ofHours(1));
			handler.responses.onCompleted();
			assertThat(call.await().isOk()).isTrue();
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.COMPLETED);
			Awaitility.await().untilAsserted(() -> assertThat(this.clock.scheduled()).isEmpty());
		}
	}

	@Test
	void aUnaryCallIsNoStream() {
		try (GrpcHarness harness = start(
				Map.of("idle-timeout", "1s", "max-duration", "1s", "max-inbound-bytes", "1B", "inbound-rate", "1"))) {
			RawCall call = open(harness, PingServiceGrpc.getPingMethod());
			OpenService.Handler handler = this.service.await();
			this.clock.advance(Duration.ofHours(1));
			handler.responses.onNext(OpenService.response(1));
			handler.responses.onCompleted();
			assertThat(call.await().isOk()).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void theMessageThatCrossesTheLimitIsNotDelivered(boolean netty) {
		try (GrpcHarness harness = start(netty, Map.of("max-inbound-messages", 3))) {
			RawCall call = bidi(harness);
			OpenService.Handler handler = this.service.await();
			for (int i = 1; i <= 3; i++) {
				call.send(OpenService.request(i));
			}
			Awaitility.await().until(() -> handler.received.size() == 3);
			assertThat(call.closes()).isZero();
			call.send(OpenService.request(4));
			StreamFixture.assertEnded(call, handler, this.recorder, EndReason.STREAM_MAX_MESSAGES);
			assertThat(handler.received).containsExactly(1, 2, 3);
			assertThat(StreamFixture.quotaFailure(call).getViolationsList()).singleElement().satisfies((violation) -> {
				assertThat(violation.getSubject()).isEqualTo("grpcpatterns.testing.v1.PingService/PingBidi");
				assertThat(violation.getDescription())
					.isEqualTo("max-inbound-messages: at most 3 messages in a stream");
			});
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void theMessageThatCrossesTheLimitIsNotSentThoseBeforeItAre(boolean netty) {
		try (GrpcHarness harness = start(netty, Map.of("max-outbound-messages", 3))) {
			RawCall call = bidi(harness);
			OpenService.Handler handler = this.service.await();
			for (int i = 1; i <= 10; i++) {
				handler.responses.onNext(OpenService.response(i));
			}
			StreamFixture.assertEnded(call, handler, this.recorder, EndReason.STREAM_MAX_MESSAGES);
			assertThat(call.responses()).extracting(PingResponse::getCounter).containsExactly(1, 2, 3);
			assertThat(StreamFixture.quotaFailure(call).getViolationsCount()).isOne();
		}
	}

	@Test
	void whatWaitsIsSentBeforeTheLimitEndsTheStreamEvenWhereTheHandlerHasClosed() {
		try (GrpcHarness harness = start(Map.of("max-outbound-messages", 20))) {
			RawCall call = RawCall.startUnread(harness.channel(), PingServiceGrpc.getPingBidiMethod());
			OpenService.Handler handler = this.service.await();
			for (int i = 1; i <= 21; i++) {
				handler.responses.onNext(OpenService.response(i, 50_000));
			}
			handler.responses.onCompleted();
			assertThat(call.closes()).isZero();
			call.request(100);
			assertThat(call.await().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			assertThat(call.responses()).hasSize(20);
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.STREAM_MAX_MESSAGES);
			Awaitility.await().untilAsserted(() -> assertThat(handler.cancels).hasValue(1));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "netty", "inProcess", "gzip" })
	void bytesAreThoseOfMessagesUncompressedAndWithoutFraming(String transport) {
		PingRequest request = PingRequest.newBuilder()
			.setCount(1)
			.setPayload(ByteString.copyFrom(new byte[1000]))
			.build();
		Map<String, Object> settings = new HashMap<>();
		settings.put("max-inbound-bytes", 3 * request.getSerializedSize() + "B");
		try (GrpcHarness harness = start(!transport.equals("inProcess"), settings)) {
			RawCall call = RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(),
					transport.equals("gzip") ? CallOptions.DEFAULT.withCompression("gzip") : CallOptions.DEFAULT,
					new Metadata());
			OpenService.Handler handler = this.service.await();
			for (int i = 0; i < 3; i++) {
				call.send(request);
			}
			Awaitility.await().until(() -> handler.received.size() == 3);
			assertThat(call.closes()).isZero();
			call.send(PingRequest.newBuilder().setCount(1).build());
			StreamFixture.assertEnded(call, handler, this.recorder, EndReason.STREAM_MAX_BYTES);
			assertThat(handler.received).hasSize(3);
			assertThat(StreamFixture.quotaFailure(call).getViolations(0).getDescription())
				.startsWith("max-inbound-bytes");
		}
	}

	@Test
	void bytesSentAreCountedToo() {
		PingResponse response = OpenService.response(1, 1000);
		try (GrpcHarness harness = start(Map.of("max-outbound-bytes", 3 * response.getSerializedSize()))) {
			RawCall call = open(harness, PingServiceGrpc.getPingListMethod());
			OpenService.Handler handler = this.service.await();
			for (int i = 0; i < 4; i++) {
				handler.responses.onNext(response);
			}
			StreamFixture.assertEnded(call, handler, this.recorder, EndReason.STREAM_MAX_BYTES);
			assertThat(call.responses()).hasSize(3);
		}
	}

	@Test
	void anOverrideOfZeroLiftsALimit() {
		try (GrpcHarness harness = start(Map.of("max-inbound-messages", 1, "idle-timeout", "1s", "overrides[0].methods",
				"grpcpatterns.testing.v1.PingService/*", "overrides[0].max-inbound-messages", 0,
				"overrides[0].idle-timeout", 0))) {
			RawCall call = bidi(harness);
			OpenService.Handler handler = this.service.await();
			this.clock.advance(Duration.ofHours(1));
			for (int i = 0; i < 10; i++) {
				call.send(OpenService.request(i));
			}
			Awaitility.await().until(() -> handler.received.size() == 10);
			call.cancel();
		}
	}

	@Test
	void healthAndReflectionArePassedOverUnlessAnOverrideNamesThem() {
		Map<String, Object> all = new HashMap<>(
				Map.of("max-duration", "1s", "overrides[0].methods", "*", "overrides[0].idle-timeout", "1s"));
		assertThat(policy(all, "grpc.health.v1.Health/Watch")).isSameAs(StreamPolicy.NONE);
		assertThat(policy(all, "grpc.reflection.v1.ServerReflection/ServerReflectionInfo")).isSameAs(StreamPolicy.NONE);
		assertThat(policy(all, "a.B/C").idles()).isTrue();
		all.put("overrides[1].methods", "grpc.health.v1.Health/*");
		all.put("overrides[1].max-duration", "1m");
		StreamPolicy named = policy(all, "grpc.health.v1.Health/Watch");
		assertThat(named.maxDurationNanos()).isEqualTo(Duration.ofMinutes(1).toNanos());
		assertThat(named.idles()).isFalse();
	}

	private StreamPolicy policy(Map<String, ?> settings, String method) {
		return new StreamServerInterceptor(StreamFixture.bind(settings), this.clock)
			.policy(PingServiceGrpc.getPingBidiMethod().toBuilder().setFullMethodName(method).build());
	}

}
