/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.error.GrpcErrors;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * The servlet transport: a refusal reaches the client as it does over Netty, and what it
 * cannot keep fails the start. Only that row runs them.
 */
class ServletTests {

	private static App app;

	@BeforeAll
	static void start() {
		app = App.start(App.Ping.class, "grpc.patterns.server.deadline.overrides[0].methods=" + App.PING + "PingSafe",
				"grpc.patterns.server.deadline.overrides[0].required=true");
	}

	@AfterAll
	static void stop() {
		app.close();
	}

	static List<MethodDescriptor<PingRequest, PingResponse>> kinds() {
		return List.of(PingServiceGrpc.getPingMethod(), PingServiceGrpc.getPingListMethod(),
				PingServiceGrpc.getPingStreamMethod(), PingServiceGrpc.getPingBidiMethod());
	}

	private static RawCall call(MethodDescriptor<PingRequest, PingResponse> method, PingRequest request,
			Metadata headers) {
		RawCall call = RawCall.start(app.channel(), method, CallOptions.DEFAULT, headers).send(request).halfClose();
		call.await();
		return call;
	}

	private static void endsWith(RawCall call, Status.Code code, String reason) {
		assertThat(call.await().getCode()).isEqualTo(code);
		GrpcErrors errors = GrpcErrors.from(call.await().asRuntimeException(call.trailers()));
		assertThat(errors.reason()).isEqualTo(reason);
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void aCallWithATokenIsAnswered(MethodDescriptor<PingRequest, PingResponse> method) {
		assertThat(call(method, PingRequest.newBuilder().setCount(2).build(), TestTokens.headers("alice")).await())
			.matches(Status::isOk);
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void aCallWithoutATokenIsToldSo(MethodDescriptor<PingRequest, PingResponse> method) {
		endsWith(call(method, PingRequest.getDefaultInstance(), new Metadata()), Status.Code.UNAUTHENTICATED,
				"TOKEN_MISSING");
	}

	@Test
	void aCallThatALaterPolicyRefusesIsToldSo() {
		endsWith(call(PingServiceGrpc.getPingSafeMethod(), PingRequest.getDefaultInstance(),
				TestTokens.headers("alice")), Status.Code.INVALID_ARGUMENT, "DEADLINE_REQUIRED");
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void anErrorOfTheHandlerIsToldToo(MethodDescriptor<PingRequest, PingResponse> method) {
		endsWith(call(method, PingRequest.newBuilder().setError("throw:NoSuchElementException").build(),
				TestTokens.headers("alice")), Status.Code.NOT_FOUND, "NOT_FOUND");
	}

	@Test
	void aCallThatTheClientCancelsIsCancelledInTheLog() {
		try (Output output = new Output()) {
			RawCall call = RawCall
				.start(app.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
						TestTokens.headers("alice"))
				.send(PingRequest.getDefaultInstance());
			call.awaitFirst();
			call.cancel();
			Awaitility.await().until(() -> output.text().contains("PingBidi CANCELLED"));
		}
	}

	/**
	 * The container stops in its own time, and only after that delay.
	 */
	@Test
	void callsAreServedDuringThePreStopDelay() throws Exception {
		App stopping = App.start(App.Ping.class, "grpc.patterns.server.shutdown.pre-stop-delay=3s");
		Channel channel = stopping.as("alice");
		PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.getDefaultInstance());
		CountDownLatch closing = new CountDownLatch(1);
		stopping.context()
			.addApplicationListener((ApplicationListener<ContextClosedEvent>) (event) -> closing.countDown());
		long start = System.nanoTime();
		Thread stop = new Thread(stopping.context()::close);
		stop.start();
		assertThat(closing.await(10, TimeUnit.SECONDS)).isTrue();
		PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.getDefaultInstance());
		stop.join();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
		stopping.close();
	}

	@Test
	void aRateThatCannotBeKeptFailsTheStart() {
		try (Output output = new Output()) {
			assertThatException().isThrownBy(() -> App.run(WebApplicationType.SERVLET,
					new Class<?>[] { Stack.PRESENT.configuration(), App.Ping.class }, App.KEYS,
					"grpc.patterns.server.stream.inbound-rate=5"));
			assertThat(output.text()).contains("APPLICATION FAILED TO START",
					"grpc.patterns.server.stream.inbound-rate", "servlet transport");
		}
	}

}
