/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The policies that decide before a call waits for a thread, on real servers of both
 * stacks, while handlers hold every thread.
 */
class RefusedBeforeTheQueueTests {

	private static final String SERVER = "grpc.patterns.server.";

	private static final String PING = "grpcpatterns.testing.v1.PingService/";

	private static final MethodDescriptor<PingRequest, PingResponse> RATED = PingServiceGrpc.getPingSafeMethod();

	private static ApplicationContextRunner runner(TestStack stack) {
		return stack.runner()
			.withAllowBeanDefinitionOverriding(true)
			.withUserConfiguration(ExecutorStackTests.Application.class)
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withPropertyValues(SERVER + "executor.bean=two", SERVER + "auth.public-methods=none.v1.*",
					"grpc.patterns.unmatched-methods=warn", SERVER + "auth.jwt.secret=" + TestTokens.SECRET,
					SERVER + "auth.rules[0].methods=" + PING + "PingIdempotent",
					SERVER + "auth.rules[0].authorities=SCOPE_more",
					SERVER + "rate-limit.overrides[0].methods=" + RATED.getFullMethodName(),
					SERVER + "rate-limit.overrides[0].calls-per-second=0.001",
					SERVER + "deadline.overrides[0].methods=" + PING + "PingList",
					SERVER + "deadline.overrides[0].required=true");
	}

	private static RawCall call(Channel channel, MethodDescriptor<PingRequest, PingResponse> method, String value,
			Metadata headers) {
		return RawCall.start(channel, method, CallOptions.DEFAULT, headers)
			.send(PingRequest.newBuilder().setValue(value).setCount(1).build())
			.halfClose();
	}

	private static void assertRefused(RawCall call, Status.Code code, String reason, CapturedLog log) {
		assertThat(call.await().getCode()).isEqualTo(code);
		assertThat(GrpcErrors.from(call.await().asRuntimeException(call.trailers())).reason()).isEqualTo(reason);
		Awaitility.await().until(() -> !log.events().isEmpty());
		assertThat(log.events()).singleElement()
			.satisfies((line) -> assertThat(CapturedLog.keyValues(line)).containsEntry("grpc.status", code.name()));
		log.events().clear();
	}

	@ParameterizedTest
	@EnumSource
	void whateverPolicyRefusesACallItIsAnsweredWhileEveryThreadIsHeld(TestStack stack) {
		stack.run(runner(stack), (context, channel) -> {
			HeldService service = context.getBean(HeldService.class);
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			RawCall waiting;
			try (CapturedLog log = new CapturedLog("grpc.patterns.server")) {
				List<RawCall> held = List.of(
						call(channel, PingServiceGrpc.getPingMethod(), "hold", TestTokens.headers("first")),
						call(channel, PingServiceGrpc.getPingMethod(), "hold", TestTokens.headers("second")));
				Awaitility.await().until(() -> service.holding.get() == 2);
				try {
					assertRefused(call(channel, PingServiceGrpc.getPingMethod(), "", new Metadata()),
							Status.Code.UNAUTHENTICATED, "TOKEN_MISSING", log);
					assertRefused(call(channel, PingServiceGrpc.getPingMethod(), "", forged()),
							Status.Code.UNAUTHENTICATED, "TOKEN_INVALID", log);
					assertRefused(call(channel, PingServiceGrpc.getPingMethod(), "", expired()),
							Status.Code.UNAUTHENTICATED, "TOKEN_EXPIRED", log);
					assertRefused(
							call(channel, PingServiceGrpc.getPingIdempotentMethod(), "", TestTokens.headers("third")),
							Status.Code.PERMISSION_DENIED, "ACCESS_DENIED", log);
					assertRefused(call(channel, PingServiceGrpc.getPingListMethod(), "", TestTokens.headers("third")),
							Status.Code.INVALID_ARGUMENT, "DEADLINE_REQUIRED", log);
					RawCall one = call(channel, RATED, "", TestTokens.headers("fourth"));
					RawCall other = call(channel, RATED, "", TestTokens.headers("fourth"));
					Awaitility.await().until(() -> one.closes() + other.closes() > 0);
					waiting = (one.closes() > 0) ? other : one;
					assertRefused((waiting == one) ? other : one, Status.Code.RESOURCE_EXHAUSTED, "RATE_LIMITED", log);
					assertThat(waiting.closes()).isZero();
					assertThat(held).allMatch((call) -> call.closes() == 0);
					assertThat(service.ran).hasSize(2);
				}
				finally {
					service.release.countDown();
				}
				assertThat(held).allMatch((call) -> call.await().isOk());
				assertThat(waiting.await().isOk()).isTrue();
				Awaitility.await().until(() -> log.events().size() == 3);
			}
			assertThat(service.ran).hasSize(3).allMatch((ran) -> ran.endsWith(" on two-n"));
			assertThat(outcomes(meters))
				.isEqualTo(Map.of("accepted", 5.0, "missing", 1.0, "invalid", 1.0, "expired", 1.0, "denied", 1.0));
			assertThat(calls(meters)).isEqualTo(Map.of("Ping OK", 2L, "Ping UNAUTHENTICATED", 3L,
					"PingIdempotent PERMISSION_DENIED", 1L, "PingSafe OK", 1L, "PingSafe RESOURCE_EXHAUSTED", 1L));
		});
	}

	private static Map<String, Double> outcomes(MeterRegistry meters) {
		Map<String, Double> outcomes = new TreeMap<>();
		for (Counter counter : meters.get("grpc.patterns.server.auth").counters()) {
			if (counter.count() > 0) {
				outcomes.put(counter.getId().getTag("outcome"), counter.count());
			}
		}
		return outcomes;
	}

	private static Map<String, Long> calls(MeterRegistry meters) {
		Map<String, Long> calls = new TreeMap<>();
		meters.get("rpc.server.call.duration")
			.timers()
			.stream()
			.filter((timer) -> timer.count() > 0)
			.forEach((timer) -> calls.put(Objects.requireNonNull(timer.getId().getTag("rpc.method")).replace(PING, "")
					+ " " + timer.getId().getTag("rpc.response.status_code"), timer.count()));
		return calls;
	}

	private static Metadata forged() {
		String token = TestTokens.of("forger");
		char last = token.charAt(token.length() - 10);
		return TestTokens.bearer(token.substring(0, token.length() - 10) + ((last == 'A') ? 'B' : 'A')
				+ token.substring(token.length() - 9));
	}

	private static Metadata expired() {
		return TestTokens.bearer(TestTokens.of("late",
				(claims) -> claims.expirationTime(Date.from(Instant.now().minus(Duration.ofHours(1))))));
	}

}
