/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for the counters of refused calls and of the ends of streams, on both stacks.
 */
class RefusedCallsTests {

	private static final String SERVICE = "grpcpatterns.testing.v1.PingService/";

	private static final PingRequest HANG = PingRequest.newBuilder().setValue("hang").build();

	private static ApplicationContextRunner runner(TestStack stack) {
		return stack.runner()
			.withBean(SimpleMeterRegistry.class)
			.withPropertyValues(
					"grpc.patterns.server.auth.public-methods=" + SERVICE + "Ping," + SERVICE + "PingSafe," + SERVICE
							+ "PingList," + SERVICE + "PingStream," + SERVICE + "PingBidi",
					"grpc.patterns.server.auth.jwt.secret=" + TestTokens.SECRET,
					"grpc.patterns.server.auth.rules[0].methods=" + SERVICE + "PingIdempotent",
					"grpc.patterns.server.auth.rules[0].authorities=SCOPE_admin",
					"grpc.patterns.server.rate-limit.overrides[0].methods=" + SERVICE + "Ping",
					"grpc.patterns.server.rate-limit.overrides[0].calls-per-second=0.001",
					"grpc.patterns.server.deadline.overrides[0].methods=" + SERVICE + "PingSafe",
					"grpc.patterns.server.deadline.overrides[0].max=300ms",
					"grpc.patterns.server.stream.overrides[0].methods=" + SERVICE + "PingBidi",
					"grpc.patterns.server.stream.overrides[0].max-inbound-messages=1",
					"grpc.patterns.server.stream.overrides[0].idle-timeout=1h");
	}

	@ParameterizedTest
	@EnumSource
	void eachReasonThatTheSettingsMakePossibleIsThereBeforeTheFirstCall(TestStack stack) {
		stack.run(runner(stack), (context, channel) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(reasons(registry, "grpc.patterns.server.refused")).contains(
					entry("Ping", Set.of("rate_limited", "server_draining")),
					entry("PingIdempotent",
							Set.of("access_denied", "server_draining", "token_expired", "token_invalid",
									"token_missing")),
					entry("PingSafe", Set.of("deadline", "server_draining")),
					entry("PingList", Set.of("server_draining", "slow_consumer")), entry("PingBidi",
							Set.of("server_draining", "slow_consumer", "stream_idle", "stream_max_messages")));
			assertThat(reasons(registry, "grpc.patterns.server.stream.ended"))
				.contains(
						entry("PingList",
								Set.of("cancelled", "completed", "deadline", "failed", "internal", "server_draining",
										"slow_consumer")),
						entry("PingBidi",
								Set.of("cancelled", "completed", "deadline", "failed", "internal", "server_draining",
										"slow_consumer", "stream_idle", "stream_max_messages")))
				.doesNotContainKeys("Ping", "PingSafe", "PingIdempotent");
			assertThat(registry.find("grpc.patterns.server.refused").counters())
				.allSatisfy((counter) -> assertThat(counter.count()).isZero());
		});
	}

	@Test
	void keysMayBeUnavailableWhereTheyAreNotAtHand() {
		TestStack.SPRING_GRPC.run(
				TestStack.SPRING_GRPC.runner()
					.withBean(SimpleMeterRegistry.class)
					.withPropertyValues("grpc.patterns.server.auth.public-methods=",
							"grpc.patterns.server.auth.jwt.jwk-set-uri=http://127.0.0.1:1/keys"),
				(context,
						channel) -> assertThat(
								reasons(context.getBean(MeterRegistry.class), "grpc.patterns.server.refused"))
							.contains(entry("Ping", Set.of("keys_unavailable", "server_draining", "token_expired",
									"token_invalid", "token_missing"))));
	}

	private static Map<String, Set<String>> reasons(MeterRegistry registry, String name) {
		Map<String, Set<String>> reasons = new TreeMap<>();
		for (Counter counter : registry.find(name).counters()) {
			String method = counter.getId().getTag("rpc.method");
			if (method.startsWith(SERVICE)) {
				reasons.computeIfAbsent(method.substring(SERVICE.length()), (key) -> new TreeSet<>())
					.add(counter.getId().getTag("reason"));
			}
		}
		return reasons;
	}

	@ParameterizedTest
	@EnumSource
	void whatPoliciesRefuseOrEndIsCountedOnceAndNothingElse(TestStack stack) {
		stack.run(runner(stack), (context, channel) -> {
			hanging(context);
			call(channel, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT, PingRequest.getDefaultInstance());
			assertThat(call(channel, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT, HANG))
				.isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			assertThat(call(channel, PingServiceGrpc.getPingIdempotentMethod(), CallOptions.DEFAULT, HANG))
				.isEqualTo(Status.Code.UNAUTHENTICATED);
			assertThat(call(channel, PingServiceGrpc.getPingSafeMethod(), CallOptions.DEFAULT, HANG))
				.isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			assertThat(RawCall.start(channel, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
				.send(PingRequest.getDefaultInstance())
				.send(PingRequest.getDefaultInstance())
				.await()
				.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			// the caller's own deadline, its cancel, and errors of the handler
			assertThat(call(channel, PingServiceGrpc.getPingSafeMethod(),
					CallOptions.DEFAULT.withDeadlineAfter(100, TimeUnit.MILLISECONDS), HANG))
				.isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			RawCall.start(channel, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
				.send(PingRequest.getDefaultInstance())
				.awaitFirst()
				.cancel();
			assertThat(call(channel, PingServiceGrpc.getPingStreamMethod(), CallOptions.DEFAULT,
					PingRequest.newBuilder().setError("error:RESOURCE_EXHAUSTED").build()))
				.isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			assertThat(call(channel, PingServiceGrpc.getPingSafeMethod(), CallOptions.DEFAULT,
					PingRequest.newBuilder()
						.setError("throw:org.springframework.security.access.AccessDeniedException")
						.build()))
				.isEqualTo(Status.Code.PERMISSION_DENIED);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			Awaitility.await().until(() -> ended(registry) == 9);
			Map<String, Double> refused = new TreeMap<>();
			for (Counter counter : registry.get("grpc.patterns.server.refused").counters()) {
				if (counter.count() > 0) {
					refused.put(counter.getId().getTag("rpc.method") + " " + counter.getId().getTag("reason"),
							counter.count());
				}
			}
			assertThat(refused).containsOnly(entry(SERVICE + "Ping rate_limited", 1.0),
					entry(SERVICE + "PingIdempotent token_missing", 1.0), entry(SERVICE + "PingSafe deadline", 1.0),
					entry(SERVICE + "PingBidi stream_max_messages", 1.0));
			assertThat(registry.get("grpc.patterns.server.stream.ended")
				.tags("rpc.method", SERVICE + "PingBidi", "reason", "stream_max_messages")
				.counter()
				.count()).isEqualTo(1);
		});
	}

	private static long ended(MeterRegistry registry) {
		return Stream
			.concat(registry.find("rpc.server.call.duration").timers().stream(),
					registry.find("grpc.patterns.server.stream.duration").timers().stream())
			.mapToLong(Timer::count)
			.sum();
	}

	private static void hanging(ApplicationContext context) {
		context.getBean(PingService.class).onPing((request, responses) -> {
			responses.setOnCancelHandler(() -> {
			});
			if (request.getError().isEmpty()) {
				if (!request.equals(HANG)) {
					responses.onNext(PingResponse.getDefaultInstance());
					responses.onCompleted();
				}
			}
			else {
				throw new org.springframework.security.access.AccessDeniedException("not yours");
			}
		});
	}

	private static Status.Code call(Channel channel, MethodDescriptor<PingRequest, PingResponse> method,
			CallOptions options, PingRequest request) {
		return RawCall.start(channel, method, options, new Metadata()).send(request).halfClose().await().getCode();
	}

	@ParameterizedTest
	@EnumSource(names = "SPRING_GRPC")
	void aClientCountsWhatItsOwnDeadlineEnds(TestStack stack) {
		stack.run(stack.runner()
			.withBean(SimpleMeterRegistry.class)
			.withPropertyValues("grpc.patterns.client.deadline.unary=300ms",
					"grpc.patterns.client.retry.enabled=false"),
				(context, channel) -> {
					hanging(context);
					Channel ours = ClientInterceptors.interceptForward(channel,
							context.getBeanProvider(ClientInterceptor.class).orderedStream().toList());
					MeterRegistry registry = context.getBean(MeterRegistry.class);
					call(ours, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT, PingRequest.getDefaultInstance());
					Counter refused = registry.get("grpc.patterns.client.refused")
						.tags("rpc.method", SERVICE + "Ping", "reason", "deadline")
						.counter();
					assertThat(refused.count()).isZero();
					assertThat(call(ours, PingServiceGrpc.getPingMethod(),
							CallOptions.DEFAULT.withDeadlineAfter(100, TimeUnit.MILLISECONDS), HANG))
						.isEqualTo(Status.Code.DEADLINE_EXCEEDED);
					assertThat(refused.count()).isZero();
					assertThat(call(ours, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT, HANG))
						.isEqualTo(Status.Code.DEADLINE_EXCEEDED);
					assertThat(refused.count()).isEqualTo(1);
				});
	}

}
