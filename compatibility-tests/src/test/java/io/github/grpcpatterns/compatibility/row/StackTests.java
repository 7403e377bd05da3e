/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcClientInterceptor;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcServerInterceptor;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The stack's own tracing and meters, beside ours.
 */
class StackTests {

	private static final String[] SETTINGS = {
			"grpc.patterns.server.stream.overrides[0].methods=" + App.PING + "PingList",
			"grpc.patterns.server.stream.overrides[0].max-outbound-messages=2",
			"grpc.patterns.server.deadline.overrides[0].methods=" + App.PING + "PingIdempotent",
			"grpc.patterns.server.deadline.overrides[0].required=true" };

	private static String end(App app, MethodDescriptor<PingRequest, PingResponse> method, PingRequest request,
			Metadata headers) {
		RawCall call = RawCall.start(app.channel(), method, CallOptions.DEFAULT, headers).send(request).halfClose();
		return method.getBareMethodName() + " " + call.await().getCode();
	}

	/**
	 * Make calls that end in many ways.
	 * @return method and status, as their client saw it
	 */
	private static List<String> calls(App app) {
		Metadata alice = TestTokens.headers("alice");
		PingRequest three = PingRequest.newBuilder().setCount(3).build();
		List<String> ends = new CopyOnWriteArrayList<>();
		ends.add(end(app, PingServiceGrpc.getPingMethod(), three, alice));
		ends.add(end(app, PingServiceGrpc.getPingMethod(),
				PingRequest.newBuilder().setError("throw:NoSuchElementException").build(), alice));
		ends.add(end(app, PingServiceGrpc.getPingMethod(),
				PingRequest.newBuilder().setError("throw:" + UserException.class.getName()).build(), alice));
		ends.add(end(app, PingServiceGrpc.getPingMethod(),
				PingRequest.newBuilder().setError("throw:RuntimeException").build(), alice));
		ends.add(end(app, PingServiceGrpc.getPingSafeMethod(), three, new Metadata()));
		ends.add(end(app, PingServiceGrpc.getPingIdempotentMethod(), three, alice));
		ends.add(end(app, PingServiceGrpc.getPingListMethod(), three, alice));
		RawCall cancelled = RawCall
			.start(app.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, alice)
			.send(three)
			.awaitFirst();
		cancelled.cancel();
		ends.add("PingBidi " + cancelled.await().getCode());
		assertThat(ends).containsExactly("Ping OK", "Ping NOT_FOUND", "Ping DATA_LOSS", "Ping INTERNAL",
				"PingSafe UNAUTHENTICATED", "PingIdempotent INVALID_ARGUMENT", "PingList RESOURCE_EXHAUSTED",
				"PingBidi CANCELLED");
		return ends;
	}

	@Test
	void anObservationOfTheStackHasTheStatusOfTheClient() {
		try (App app = App.start(Observed.class, SETTINGS)) {
			List<String> ends = calls(app);
			List<String> observed = app.bean(Observed.class).ends;
			Awaitility.await().untilAsserted(() -> assertThat(observed).containsExactlyInAnyOrderElementsOf(ends));
		}
	}

	/**
	 * net.devh's own configuration of observations and meters names classes of Boot 3. On
	 * Boot 4 the observation is ours where something other than meters listens, and there
	 * are no meters besides.
	 */
	@Test
	void theStacksOwnMetersHaveTheStatusOfTheClient() {
		boolean observes = !Run.netDevh() || Run.bootThree()
				|| ClassUtils.isPresent("io.micrometer.tracing.Tracer", null);
		try (App app = App.startWeb(App.Ping.class, SETTINGS)) {
			assertThat(app.context().getBeansOfType(ServerInterceptor.class).values())
				.filteredOn(ObservationGrpcServerInterceptor.class::isInstance)
				.hasSize(observes ? 1 : 0);
			assertThat(app.context().getBeansOfType(ClientInterceptor.class).values())
				.filteredOn(ObservationGrpcClientInterceptor.class::isInstance)
				.hasSize(observes ? 1 : 0);
			List<String> ends = calls(app);
			Map<String, Long> expected = ends.stream()
				.collect(Collectors.groupingBy((end) -> end, Collectors.counting()));
			MeterRegistry registry = app.bean(MeterRegistry.class);
			Awaitility.await()
				.untilAsserted(() -> assertThat(ends(registry, "grpc.server", "rpc.method", "grpc.status_code"))
					.isEqualTo(observes ? expected : Map.of()));
			if (Run.bootThree()) {
				Awaitility.await()
					.untilAsserted(
							() -> assertThat(ends(registry, "grpc.server.call.duration", "grpc.method", "grpc.status"))
								.isEqualTo(expected));
				// Micrometer's older meter takes each end that a handler is told as a
				// cancel for one of the client's.
				Map<String, Long> older = new HashMap<>(expected);
				older.put("PingList CANCELLED", older.remove("PingList RESOURCE_EXHAUSTED"));
				Awaitility.await()
					.untilAsserted(
							() -> assertThat(ends(registry, "grpc.server.processing.duration", "method", "statusCode"))
								.isEqualTo(older));
			}
			else {
				assertThat(registry.find("grpc.server.processing.duration").meters()).isEmpty();
				assertThat(registry.find("grpc.server.call.duration").meters()).isEmpty();
			}
		}
	}

	/** Method and status to the number of calls. */
	private static Map<String, Long> ends(MeterRegistry registry, String name, String method, String status) {
		return registry.find(name)
			.timers()
			.stream()
			.filter((timer) -> timer.count() > 0)
			.collect(Collectors.toMap((timer) -> tag(timer, method) + " " + tag(timer, status), Timer::count));
	}

	private static String tag(Meter meter, String name) {
		String value = String.valueOf(meter.getId().getTag(name));
		return value.substring(value.lastIndexOf('/') + 1);
	}

	@Test
	void inventedMethodsMakeNoMeters() {
		try (App app = App.startWeb(App.Ping.class)) {
			Channel channel = app.as("alice");
			for (int i = 0; i < 20; i++) {
				RawCall
					.start(channel,
							PingServiceGrpc.getPingMethod()
								.toBuilder()
								.setFullMethodName(App.PING + "Invented" + i)
								.build(),
							CallOptions.DEFAULT, new Metadata())
					.send(PingRequest.getDefaultInstance())
					.halfClose()
					.await();
			}
			MeterRegistry registry = app.bean(MeterRegistry.class);
			Awaitility.await()
				.untilAsserted(() -> assertThat(registry.get("grpc.patterns.server.unknown.methods").counter().count())
					.isEqualTo(20));
			assertThat(registry.getMeters()).noneMatch((meter) -> meter.getId().toString().contains("Invented"));
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Observed implements ObservationHandler<Observation.Context> {

		private final List<String> ends = new CopyOnWriteArrayList<>();

		@Bean
		@net.devh.boot.grpc.server.service.GrpcService
		PingService pingService() {
			return new PingService();
		}

		@Bean
		ObservationRegistry observationRegistry() {
			return ObservationRegistry.create(); // Boot adds the handler
		}

		@Override
		public void onStop(Observation.Context context) {
			if (String.valueOf(context.getName()).startsWith("grpc.server")) {
				var status = context.getLowCardinalityKeyValue("grpc.status_code");
				var method = context.getLowCardinalityKeyValue("rpc.method");
				this.ends.add(((method != null) ? method.getValue() : null) + " "
						+ ((status != null) ? status.getValue() : null));
			}
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

}
