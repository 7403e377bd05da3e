/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CorrelationScope;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.OpenService;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the rates of streams.
 */
class StreamRateTests {

	private static final Metadata.Key<String> PRINCIPAL = Metadata.Key.of("principal",
			Metadata.ASCII_STRING_MARSHALLER);

	private static final int MANY = 200;

	private final PolicyClock clock = new PolicyClock();

	private final CallRecorder recorder = new CallRecorder();

	private final OpenService service = new OpenService();

	private final ExecutorService twoThreads = Executors.newFixedThreadPool(2);

	@AfterEach
	void stop() {
		this.twoThreads.shutdownNow();
	}

	private GrpcHarness start(Map<String, ?> settings) {
		return start(settings, this.clock);
	}

	private GrpcHarness start(Map<String, ?> settings, CallTimer timer) {
		ServerInterceptor principal = new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				if (headers.containsKey(PRINCIPAL)) {
					CallRecord.current().principal(headers.get(PRINCIPAL));
				}
				ServerCallGuard.current().record().correlationId("one");
				ServerCallGuard.current().enter(new CorrelationScope("one"));
				return next.startCall(call, headers);
			}

		};
		return GrpcHarness.netty()
			.service(this.service)
			.timer(timer)
			.executor(this.twoThreads)
			.interceptors(this.recorder, principal, new StreamServerInterceptor(StreamFixture.bind(settings), timer))
			.start();
	}

	private RawCall open(GrpcHarness harness, String principal) {
		Metadata headers = new Metadata();
		if (principal != null) {
			headers.put(PRINCIPAL, principal);
		}
		return RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, headers);
	}

	private static void send(RawCall call, int messages) {
		for (int i = 1; i <= messages; i++) {
			call.send(OpenService.request(i));
		}
	}

	private static List<Integer> upTo(int last) {
		return IntStream.rangeClosed(1, last).boxed().toList();
	}

	private static void awaitReceived(OpenService.Handler handler, int messages) {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(1))
			.untilAsserted(() -> assertThat(handler.received).isEqualTo(upTo(messages)));
	}

	/**
	 * Wait until the server waits for a token, and nothing else is to come.
	 */
	private void awaitTimers(int timers) {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(1))
			.untilAsserted(() -> assertThat(this.clock.scheduled()).hasSize(timers));
	}

	@Test
	void eachOfManyStreamsGetsItsRateOnTwoThreadsAndAnUnlimitedOneIsNotSlowed() {
		try (GrpcHarness harness = start(Map.of("inbound-rate", 20, "inbound-burst", 1, "overrides[0].methods",
				"grpcpatterns.testing.v1.PingService/PingStream", "overrides[0].inbound-rate", 0))) {
			List<OpenService.Handler> handlers = new ArrayList<>();
			for (int i = 0; i < MANY; i++) {
				RawCall call = open(harness, null);
				handlers.add(this.service.await());
				send(call, 30);
				call.halfClose();
			}
			RawCall unlimited = RawCall.start(harness.channel(), PingServiceGrpc.getPingStreamMethod(),
					CallOptions.DEFAULT, new Metadata());
			OpenService.Handler beside = this.service.await();
			for (int tick = 1; tick <= 11; tick++) {
				for (int i = 1; i <= 100; i++) {
					unlimited.send(OpenService.request((tick - 1) * 100 + i));
				}
				awaitReceived(beside, tick * 100);
				for (OpenService.Handler handler : handlers) {
					awaitReceived(handler, tick);
					assertThat(handler.halfCloses).hasValue(0);
				}
				awaitTimers(MANY);
				this.clock.advance(Duration.ofMillis(49));
				this.clock.advance(Duration.ofMillis(1));
			}
			unlimited.cancel();
		}
	}

	@Test
	void aBurstIsTheRateRoundedUpAndNoMoreAfterAPause() {
		try (GrpcHarness harness = start(Map.of("inbound-rate", 2.5))) {
			RawCall call = open(harness, null);
			OpenService.Handler handler = this.service.await();
			this.clock.advance(Duration.ofHours(1));
			send(call, 10);
			awaitReceived(handler, 3);
			awaitTimers(1);
			this.clock.advance(Duration.ofMillis(400));
			awaitReceived(handler, 4);
			awaitTimers(1);
			this.clock.advance(Duration.ofMillis(399));
			assertThat(handler.received).hasSize(4);
			call.cancel();
		}
	}

	@Test
	void aHandlerThatIgnoresReadinessIsSlowedDown() {
		try (GrpcHarness harness = start(Map.of("outbound-rate", 2))) {
			RawCall call = open(harness, null);
			OpenService.Handler handler = this.service.await();
			for (int i = 1; i <= 5; i++) {
				handler.responses.onNext(OpenService.response(i));
			}
			handler.responses.onCompleted();
			for (int sent = 2; sent <= 4; sent++) {
				int count = sent;
				Awaitility.await().until(() -> call.responses().size() == count);
				awaitTimers(1);
				assertThat(call.closes()).isZero();
				this.clock.advance(Duration.ofMillis(500));
			}
			assertThat(call.await().isOk()).isTrue();
			assertThat(call.responses()).extracting(PingResponse::getCounter).isEqualTo(upTo(5));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "stream", "method" })
	void aHandlerThatLooksIsReadyOncePerToken(String per) {
		try (GrpcHarness harness = start(Map.of("outbound-rate", 2, "outbound-burst", 1, "rate-per", per))) {
			RawCall call = open(harness, null);
			OpenService.Handler handler = this.service.await();
			Awaitility.await().until(() -> handler.readies.get() == 1);
			for (int i = 1; i <= 5; i++) {
				int count = i;
				Awaitility.await().until(handler.responses::isReady);
				handler.responses.onNext(OpenService.response(i));
				assertThat(handler.responses.isReady()).isFalse();
				Awaitility.await().until(() -> call.responses().size() == count);
				this.clock.advance(Duration.ofMillis(499));
				assertThat(handler.responses.isReady()).isFalse();
				this.clock.advance(Duration.ofMillis(1));
				Awaitility.await().until(() -> handler.readies.get() == count + 1);
			}
			call.cancel();
		}
	}

	@Test
	void theHandlerIsToldThatItIsReadyWithTheIdOfItsCallInTheMdc() {
		try (GrpcHarness harness = start(Map.of("outbound-rate", 2, "outbound-burst", 1))) {
			RawCall call = open(harness, null);
			OpenService.Handler handler = this.service.await();
			Awaitility.await().until(() -> handler.readies.get() == 1);
			List<String> ids = new CopyOnWriteArrayList<>();
			handler.onReady = () -> ids.add(String.valueOf(MDC.get("correlationId")));
			handler.responses.onNext(OpenService.response(1));
			assertThat(handler.responses.isReady()).isFalse();
			this.clock.advance(Duration.ofMillis(500));
			Awaitility.await().untilAsserted(() -> assertThat(ids).containsExactly("one"));
			call.cancel();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "method", "principal" })
	void streamsThatShareARateAreServedInTurn(String per) {
		Map<String, Object> settings = new HashMap<>(Map.of("inbound-rate", 10, "inbound-burst", 1, "rate-per", per));
		this.service.asksForNothing();
		try (GrpcHarness harness = start(settings)) {
			RawCall first = open(harness, "alice");
			OpenService.Handler firstHandler = this.service.await();
			send(first, 50);
			firstHandler.responses.request(1);
			awaitReceived(firstHandler, 1);
			firstHandler.responses.request(50);
			RawCall second = open(harness, "alice");
			OpenService.Handler secondHandler = this.service.await();
			send(second, 50);
			secondHandler.responses.request(50);
			for (int i = 1; i <= 5; i++) {
				this.clock.advance(Duration.ofMillis(100));
				awaitReceived(firstHandler, i + 1);
				this.clock.advance(Duration.ofMillis(100));
				awaitReceived(secondHandler, i);
			}
			RawCall other = open(harness, "bob");
			OpenService.Handler otherHandler = this.service.await();
			send(other, 1);
			otherHandler.responses.request(1);
			if (per.equals("principal")) {
				awaitReceived(otherHandler, 1);
			}
			else {
				this.clock.advance(Duration.ofMillis(100));
				this.clock.advance(Duration.ofMillis(100));
				assertThat(otherHandler.received).isEmpty();
			}
		}
	}

	@Test
	void anotherStreamDoesNotFillTheRateItShares() {
		try (GrpcHarness harness = start(Map.of("inbound-rate", 1, "rate-per", "principal"))) {
			RawCall first = open(harness, "alice");
			OpenService.Handler handler = this.service.await();
			send(first, 2);
			awaitReceived(handler, 1);
			first.cancel();
			this.recorder.await();
			System.gc();
			RawCall second = open(harness, "alice");
			OpenService.Handler secondHandler = this.service.await();
			send(second, 1);
			awaitTimers(1);
			assertThat(secondHandler.received).isEmpty();
			this.clock.advance(Duration.ofSeconds(1));
			awaitReceived(secondHandler, 1);
		}
	}

	@Test
	void timeInWhichTheInboundRateHoldsMessagesBackIsNotIdle() {
		try (GrpcHarness harness = start(Map.of("inbound-rate", 0.01, "idle-timeout", "5s"))) {
			RawCall call = open(harness, null);
			OpenService.Handler handler = this.service.await();
			send(call, 3);
			awaitReceived(handler, 1);
			for (int i = 2; i <= 3; i++) {
				Awaitility.await().until(() -> this.clock.scheduled().contains(Duration.ofSeconds(100)));
				this.clock.advance(Duration.ofSeconds(100));
				awaitReceived(handler, i);
			}
			Awaitility.await().until(() -> this.clock.scheduled().contains(Duration.ofSeconds(100)));
			this.clock.advance(Duration.ofSeconds(104));
			assertThat(call.closes()).isZero();
			this.clock.advance(Duration.ofSeconds(1));
			StreamFixture.assertEnded(call, handler, this.recorder, EndReason.STREAM_IDLE);
			Awaitility.await().untilAsserted(() -> assertThat(this.clock.scheduled()).isEmpty());
		}
	}

	@Test
	void timeInWhichTheOutboundRateHoldsMessagesBackIsNotIdle() {
		try (GrpcHarness harness = start(Map.of("outbound-rate", 0.01, "idle-timeout", "5s"))) {
			RawCall call = open(harness, null);
			OpenService.Handler handler = this.service.await();
			for (int i = 1; i <= 3; i++) {
				handler.responses.onNext(OpenService.response(i));
			}
			for (int i = 1; i <= 3; i++) {
				int count = i;
				Awaitility.await().until(() -> call.responses().size() == count);
				Awaitility.await().until(() -> this.clock.scheduled().contains(Duration.ofSeconds(100)));
				this.clock.advance(Duration.ofSeconds(100));
			}
			Awaitility.await().until(() -> this.clock.scheduled().size() == 1);
			this.clock.advance(Duration.ofSeconds(4));
			assertThat(call.closes()).isZero();
			this.clock.advance(Duration.ofSeconds(1));
			StreamFixture.assertEnded(call, handler, this.recorder, EndReason.STREAM_IDLE);
		}
	}

	@Test
	void whatTheOutboundRateHoldsBackIsBounded() {
		try (GrpcHarness harness = start(Map.of("outbound-rate", 1, "max-pending-bytes", "100KB"))) {
			RawCall call = open(harness, null);
			OpenService.Handler handler = this.service.await();
			for (int i = 0; i < 12; i++) {
				handler.responses.onNext(OpenService.response(i, 10_000));
			}
			StreamFixture.assertEnded(call, handler, this.recorder, EndReason.SLOW_CONSUMER);
			assertThat(call.responses()).hasSize(1);
		}
	}

	@Test
	void aTokenForAMessageThatDoesNotComeIsForTheNextStream() {
		this.service.asksForNothing();
		try (GrpcHarness harness = start(Map.of("inbound-rate", 1, "inbound-burst", 2, "rate-per", "method"))) {
			for (int i = 0; i < 2; i++) {
				RawCall call = open(harness, null);
				OpenService.Handler handler = this.service.await();
				handler.responses.request(5);
				send(call, 1);
				call.halfClose();
				awaitReceived(handler, 1);
				Awaitility.await().until(() -> handler.halfCloses.get() == 1);
			}
			RawCall third = open(harness, null);
			OpenService.Handler handler = this.service.await();
			handler.responses.request(5);
			send(third, 1);
			awaitTimers(1);
			assertThat(handler.received).isEmpty();
			this.clock.advance(Duration.ofSeconds(1));
			awaitReceived(handler, 1);
			third.halfClose();
			Awaitility.await().until(() -> handler.halfCloses.get() == 1);
			Awaitility.await().untilAsserted(() -> assertThat(this.clock.scheduled()).isEmpty());
			this.clock.advance(Duration.ofSeconds(1));
			RawCall silent = open(harness, null);
			this.service.await().responses.request(1);
			RawCall fifth = open(harness, null);
			OpenService.Handler fifthHandler = this.service.await();
			fifthHandler.responses.request(1);
			send(fifth, 1);
			awaitTimers(1);
			assertThat(fifthHandler.received).isEmpty();
			silent.cancel();
			Awaitility.await().until(() -> this.clock.scheduled().equals(List.of(Duration.ZERO)));
			this.clock.advance(Duration.ZERO);
			awaitReceived(fifthHandler, 1);
		}
	}

	@Test
	void aTokenThatIsNotSpentIsForTheNextStream() {
		try (GrpcHarness harness = start(Map.of("outbound-rate", 1, "rate-per", "method"))) {
			RawCall first = open(harness, null);
			OpenService.Handler handler = this.service.await();
			Awaitility.await().until(() -> handler.readies.get() == 1);
			handler.responses.onNext(OpenService.response(1));
			Awaitility.await().until(() -> first.responses().size() == 1);
			this.clock.advance(Duration.ofSeconds(1));
			Awaitility.await().until(() -> handler.readies.get() == 2);
			RawCall second = open(harness, null);
			OpenService.Handler secondHandler = this.service.await();
			secondHandler.responses.onNext(OpenService.response(1));
			awaitTimers(1);
			assertThat(second.responses()).isEmpty();
			handler.responses.onCompleted();
			assertThat(first.await().isOk()).isTrue();
			Awaitility.await().until(() -> {
				this.clock.advance(Duration.ZERO); // the token may come a moment after
													// the end
				return second.responses().size() == 1;
			});
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "inbound", "outbound" })
	void aStreamThatIsOverDoesNotWaitForItsToken(String direction) {
		try (GrpcHarness harness = start(Map.of(direction + "-rate", 0.01))) {
			RawCall call = open(harness, null);
			OpenService.Handler handler = this.service.await();
			if (direction.equals("inbound")) {
				send(call, 2);
				awaitReceived(handler, 1);
			}
			else {
				handler.responses.onNext(OpenService.response(1));
				handler.responses.onNext(OpenService.response(2));
			}
			awaitTimers(1);
			call.cancel();
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.CANCELLED);
			awaitTimers(0);
		}
	}

	@Test
	void whereTheClientHasSentEverythingTheRateHoldsNothingBack() {
		try (GrpcHarness harness = start(Map.of("inbound-rate", 0.01, "idle-timeout", "5s"))) {
			RawCall call = open(harness, null);
			OpenService.Handler handler = this.service.await();
			send(call, 1);
			awaitReceived(handler, 1);
			Awaitility.await().until(() -> this.clock.scheduled().contains(Duration.ofSeconds(100)));
			call.halfClose();
			Awaitility.await().until(() -> handler.halfCloses.get() == 1);
			this.clock.advance(Duration.ofSeconds(5));
			StreamFixture.assertEnded(call, handler, this.recorder, EndReason.STREAM_IDLE);
		}
	}

	@Test
	void aTokenThatComesWhileTheHandlerLooksIsTold() {
		AtomicReference<Duration> slip = new AtomicReference<>();
		Thread looking = Thread.currentThread();
		PolicyClock slipping = new PolicyClock() {

			@Override
			public long nanoTime() {
				long now = super.nanoTime();
				Duration further = (Thread.currentThread() == looking) ? slip.getAndSet(null) : null;
				if (further != null) {
					advance(further);
				}
				return now;
			}

		};
		try (GrpcHarness harness = start(Map.of("outbound-rate", 1, "rate-per", "method"), slipping)) {
			open(harness, null);
			OpenService.Handler handler = this.service.await();
			Awaitility.await().until(() -> handler.readies.get() == 1);
			RawCall other = open(harness, null);
			OpenService.Handler otherHandler = this.service.await();
			Awaitility.await().until(() -> otherHandler.readies.get() == 1);
			otherHandler.responses.onNext(OpenService.response(1));
			slipping.advance(Duration.ofSeconds(1));
			Awaitility.await().until(() -> otherHandler.readies.get() == 2);
			slip.set(Duration.ofSeconds(1));
			assertThat(handler.responses.isReady()).isFalse();
			assertThat(slip).hasNullValue();
			Awaitility.await().until(() -> handler.readies.get() == 2);
			assertThat(handler.responses.isReady()).isTrue();
		}
	}

}
