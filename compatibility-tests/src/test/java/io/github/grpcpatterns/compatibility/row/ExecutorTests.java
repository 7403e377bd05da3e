/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The executor of the handlers: an executor bean, whose threads nobody waits for to be
 * refused, and virtual threads. In real time.
 */
class ExecutorTests {

	private static final String SERVER = "grpc.patterns.server.";

	private static final Duration AT_ONCE = Duration.ofMillis(100);

	@Test
	void refusalsComeAtOnceWhileHandlersHoldEveryThread() {
		try (App app = App.start(Service.class, SERVER + "executor.bean=two",
				SERVER + "auth.rules[0].methods=" + App.PING + "PingIdempotent",
				SERVER + "auth.rules[0].authorities=SCOPE_more",
				SERVER + "rate-limit.overrides[0].methods=" + App.PING + "PingSafe",
				SERVER + "rate-limit.overrides[0].calls-per-second=0.001",
				SERVER + "deadline.overrides[0].methods=" + App.PING + "PingList",
				SERVER + "deadline.overrides[0].required=true")) {
			Service service = app.bean(Service.class);
			Channel channel = app.channel();
			List<RawCall> held = List.of(hold(channel), hold(channel));
			Awaitility.await().until(() -> service.holding.get() == 2);
			RawCall rated = call(channel, PingServiceGrpc.getPingSafeMethod(), TestTokens.headers("alice"));
			try {
				assertAtOnce(channel, PingServiceGrpc.getPingMethod(), null, "TOKEN_MISSING");
				assertAtOnce(channel, PingServiceGrpc.getPingMethod(), TestTokens.of("mallory") + "x", "TOKEN_INVALID");
				assertAtOnce(channel, PingServiceGrpc.getPingIdempotentMethod(), TestTokens.of("alice"),
						"ACCESS_DENIED");
				assertAtOnce(channel, PingServiceGrpc.getPingSafeMethod(), TestTokens.of("alice"), "RATE_LIMITED");
				assertAtOnce(channel, PingServiceGrpc.getPingListMethod(), TestTokens.of("alice"), "DEADLINE_REQUIRED");
				assertThat(rated.closes()).isZero();
				assertThat(held).allMatch((call) -> call.closes() == 0);
			}
			finally {
				service.release.countDown();
			}
			assertThat(held).allMatch((call) -> call.await().isOk());
			assertThat(rated.await().isOk()).isTrue();
			assertThat(service.threads).hasSize(3).allMatch((name) -> name.startsWith("two-"));
		}
	}

	private static RawCall hold(Channel channel) {
		return call(channel, PingServiceGrpc.getPingMethod(), TestTokens.headers("alice"));
	}

	private static RawCall call(Channel channel, MethodDescriptor<PingRequest, PingResponse> method, Metadata headers) {
		return RawCall.start(channel, method, CallOptions.DEFAULT, headers)
			.send(PingRequest.getDefaultInstance())
			.halfClose();
	}

	/**
	 * The first calls of a process take their time.
	 */
	private static void assertAtOnce(Channel channel, MethodDescriptor<PingRequest, PingResponse> method, String token,
			String reason) {
		Awaitility.await().untilAsserted(() -> {
			Metadata headers = (token != null) ? TestTokens.bearer(token) : new Metadata();
			long start = System.nanoTime();
			RawCall call = call(channel, method, headers);
			Status status = call.await();
			Duration time = Duration.ofNanos(System.nanoTime() - start);
			assertThat(GrpcErrors.from(status.asRuntimeException(call.trailers())).reason()).isEqualTo(reason);
			assertThat(time).as(reason).isLessThan(AT_ONCE);
		});
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void handlersRunOnVirtualThreads() {
		try (Output output = new Output(); App app = App.start(Service.class, "spring.threads.virtual.enabled=true")) {
			Service service = app.bean(Service.class);
			service.release.countDown();
			assertThat(hold(app.channel()).await().isOk()).isTrue();
			assertThat(service.threads).singleElement().asString().startsWith("grpc-virtual-");
			assertThat(output.text()).contains("; executor: virtual threads");
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Service {

		private final AtomicInteger holding = new AtomicInteger();

		private final CountDownLatch release = new CountDownLatch(1);

		private final List<String> threads = new CopyOnWriteArrayList<>();

		@Bean
		ExecutorService two() {
			AtomicInteger number = new AtomicInteger();
			return Executors.newFixedThreadPool(2, (task) -> new Thread(task, "two-" + number.incrementAndGet()));
		}

		@Bean
		@net.devh.boot.grpc.server.service.GrpcService
		PingService pingService() {
			return new PingService() {

				@Override
				public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
					Service.this.threads.add(Thread.currentThread().getName());
					Service.this.holding.incrementAndGet();
					try {
						Service.this.release.await(1, TimeUnit.MINUTES);
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
					super.ping(request, responses);
				}

			};
		}

	}

}
