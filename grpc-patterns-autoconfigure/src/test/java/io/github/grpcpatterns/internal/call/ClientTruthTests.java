/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.grpc.GrpcClientObservationContext;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * However a call through a channel of either stack ends: its caller, log line, meters and
 * the stack's own observation say the same; each once, whatever the number of attempts,
 * but the observation of Spring gRPC, which is of each attempt.
 */
class ClientTruthTests {

	private static final Metadata.Key<String> FAIL_FIRST = Metadata.Key.of("x-fail-first",
			Metadata.ASCII_STRING_MARSHALLER);

	private static final Metadata.Key<String> PREVIOUS = Metadata.Key.of("grpc-previous-rpc-attempts",
			Metadata.ASCII_STRING_MARSHALLER);

	private static final List<MethodDescriptor<PingRequest, PingResponse>> METHODS = List.of(
			PingServiceGrpc.getPingMethod(), PingServiceGrpc.getPingListMethod(), PingServiceGrpc.getPingStreamMethod(),
			PingServiceGrpc.getPingBidiMethod());

	private enum Cause {

		OK("", Status.Code.OK, List.of("OK")),

		NOT_FOUND("throw:NoSuchElementException", Status.Code.NOT_FOUND, List.of("NOT_FOUND")),

		INTERNAL("throw:RuntimeException", Status.Code.INTERNAL, List.of("INTERNAL")),

		RETRIED("", Status.Code.OK, List.of("UNAVAILABLE", "OK")),

		RETRIED_IN_VAIN("throw:UNAVAILABLE", Status.Code.UNAVAILABLE, List.of("UNAVAILABLE", "UNAVAILABLE")),

		CANCELLED("", Status.Code.CANCELLED, List.of("CANCELLED")),

		DEADLINE("", Status.Code.DEADLINE_EXCEEDED, List.of("DEADLINE_EXCEEDED"));

		private final String error;

		private final Status.Code status;

		private final List<String> attempts;

		Cause(String error, Status.Code status, List<String> attempts) {
			this.error = error;
			this.status = status;
			this.attempts = attempts;
		}

	}

	@ParameterizedTest
	@EnumSource(TestStack.class)
	void callerLogMetersAndObservationAgree(TestStack stack) {
		stack.run(stack.runner()
			.withUserConfiguration(Application.class)
			.withPropertyValues("grpc.client.GLOBAL.negotiation-type=plaintext",
					"grpc.patterns.client.retry.max-attempts=2", "grpc.patterns.client.retry.initial-backoff=1ms",
					"grpc.patterns.client.retry.budget.max-tokens=1000"),
				(context, ignored) -> {
					Channel channel = channel(stack, context);
					try (CapturedLog log = new CapturedLog("grpc.patterns.client")) {
						SoftAssertions truth = new SoftAssertions();
						for (Cause cause : Cause.values()) {
							for (MethodDescriptor<PingRequest, PingResponse> method : METHODS) {
								check(stack, cause, method, context, channel, log, truth);
							}
						}
						truth.assertAll();
					}
				});
	}

	/**
	 * A channel as the stack makes it, with all interceptors.
	 */
	private static Channel channel(TestStack stack, ApplicationContext context) {
		String target = "static://127.0.0.1:" + TestStack.server(context).getPort();
		return (stack == TestStack.NET_DEVH) ? context.getBean(GrpcChannelFactory.class).createChannel(target)
				: context.getBean(org.springframework.grpc.client.GrpcChannelFactory.class).createChannel(target);
	}

	private static void check(TestStack stack, Cause cause, MethodDescriptor<PingRequest, PingResponse> method,
			ApplicationContext context, Channel channel, CapturedLog log, SoftAssertions truth) {
		String what = cause + " " + method.getBareMethodName();
		MeterRegistry registry = context.getBean(MeterRegistry.class);
		Observations observations = context.getBean(Observations.class);
		Map<String, Double> before = ends(registry, method);
		log.events().clear();
		observations.stopped.clear();
		RawCall call = call(cause, method, channel);
		truth.assertThat(call.await().getCode()).as("%s: caller", what).isEqualTo(cause.status);
		Awaitility.await()
			.pollInterval(Duration.ofMillis(2))
			.atMost(Duration.ofSeconds(10))
			.until(() -> !log.events().isEmpty() && !observations.stopped.isEmpty());
		truth.assertThat(log.events()).as("%s: lines", what).hasSize(1);
		truth.assertThat(CapturedLog.keyValues(log.events().get(0)))
			.as("%s: line", what)
			.containsEntry("grpc.status", cause.status.name())
			.containsEntry("grpc.method", method.getFullMethodName());
		// Spring gRPC's interceptor has no order, and so stands inside the retries.
		List<String> observed = (stack == TestStack.SPRING_GRPC) ? cause.attempts : List.of(cause.status.name());
		truth.assertThat(observations.stopped).as("%s: observation", what).containsExactlyElementsOf(observed);
		Map<String, Double> expected = new TreeMap<>();
		expected.put((method.getType() == MethodDescriptor.MethodType.UNARY)
				? "rpc.client.call.duration " + cause.status : "grpc.patterns.client.stream.duration " + cause.status,
				1.0);
		cause.attempts.forEach((status) -> expected.merge("grpc.patterns.client.attempts " + status, 1.0, Double::sum));
		Map<String, Double> ended = ends(registry, method);
		before.forEach((meter, count) -> ended.merge(meter, -count, Double::sum));
		ended.values().removeIf((count) -> count == 0);
		truth.assertThat(ended).as("%s: meters", what).isEqualTo(expected);
	}

	private static Map<String, Double> ends(MeterRegistry registry, MethodDescriptor<?, ?> method) {
		Map<String, Double> ends = new TreeMap<>();
		for (Meter meter : registry.getMeters()) {
			Meter.Id id = meter.getId();
			String status = id.getTag("rpc.response.status_code");
			if (status == null || id.getName().contains("server")
					|| !method.getFullMethodName().equals(id.getTag("rpc.method"))) {
				continue;
			}
			if (meter instanceof Timer timer) {
				ends.put(id.getName() + " " + status, (double) timer.count());
			}
			if (meter instanceof Counter counter) {
				ends.put(id.getName() + " " + status, counter.count());
			}
		}
		return ends;
	}

	private static RawCall call(Cause cause, MethodDescriptor<PingRequest, PingResponse> method, Channel channel) {
		Metadata headers = new Metadata();
		if (cause == Cause.RETRIED) {
			headers.put(FAIL_FIRST, "yes");
		}
		CallOptions options = CallOptions.DEFAULT;
		if (cause == Cause.DEADLINE) {
			options = options.withDeadlineAfter(500, TimeUnit.MILLISECONDS);
		}
		RawCall call = RawCall.start(channel, method, options, headers);
		if (cause == Cause.CANCELLED) {
			return call.cancel();
		}
		if (cause == Cause.DEADLINE) {
			return call; // the service waits for the request
		}
		return call.send(PingRequest.newBuilder().setError(cause.error).setCount(2).build()).halfClose();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		MeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		Observations observations() {
			return new Observations();
		}

		@Bean
		ObservationRegistry observationRegistry(Observations observations) {
			ObservationRegistry registry = ObservationRegistry.create();
			registry.observationConfig().observationHandler(observations);
			return registry;
		}

		@Bean
		FirstAttemptFails firstAttemptFails() {
			return new FirstAttemptFails();
		}

	}

	static final class Observations implements ObservationHandler<GrpcClientObservationContext> {

		private final List<String> stopped = new CopyOnWriteArrayList<>();

		@Override
		public void onStop(GrpcClientObservationContext context) {
			this.stopped.add(String.valueOf(context.getStatusCode()));
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof GrpcClientObservationContext;
		}

	}

	@GrpcGlobalServerInterceptor
	@GlobalServerInterceptor
	static final class FirstAttemptFails implements ServerInterceptor {

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			if (headers.containsKey(FAIL_FIRST) && !headers.containsKey(PREVIOUS)) {
				call.close(Status.UNAVAILABLE, new Metadata());
				return new ServerCall.Listener<>() {
				};
			}
			return next.startCall(call, headers);
		}

	}

}
