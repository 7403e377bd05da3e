/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Who may call what, and for how long.
 */
class AuthTests {

	private static App app;

	@BeforeAll
	static void start() {
		app = App.start(Whoami.class, "grpc.patterns.server.auth.jwt.clock-skew=0s",
				"grpc.patterns.server.auth.public-methods=" + App.PING + "PingSafe",
				"grpc.patterns.server.auth.rules[0].methods=" + App.PING + "PingIdempotent",
				"grpc.patterns.server.auth.rules[0].authorities=SCOPE_ping");
	}

	@AfterAll
	static void stop() {
		app.close();
	}

	private static String ping(Channel channel) {
		return PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.getDefaultInstance()).getValue();
	}

	private static void assertRefused(Metadata headers, Status.Code code, String reason) {
		StatusRuntimeException ex = catchThrowableOfType(StatusRuntimeException.class,
				() -> ping(app.channel(headers)));
		assertThat(ex.getStatus().getCode()).isEqualTo(code);
		assertThat(GrpcErrors.from(ex).reason()).isEqualTo(reason);
	}

	@Test
	void aTokenIsWantedAndItsPrincipalIsThereInTheHandler() {
		assertThat(ping(app.as("alice"))).isEqualTo("alice");
	}

	@Test
	void whatIsNoValidTokenIsRefusedWithItsReason() {
		assertRefused(new Metadata(), Status.Code.UNAUTHENTICATED, "TOKEN_MISSING");
		Metadata two = TestTokens.headers("alice");
		two.put(TestTokens.AUTHORIZATION, "Bearer " + TestTokens.of("bob"));
		assertRefused(two, Status.Code.UNAUTHENTICATED, "TOKEN_MISSING");
		assertRefused(TestTokens.bearer(TestTokens.of("alice") + "x"), Status.Code.UNAUTHENTICATED, "TOKEN_INVALID");
		assertRefused(
				TestTokens.bearer(TestTokens.of("alice",
						(claims) -> claims.expirationTime(Date.from(Instant.now().minusSeconds(100))))),
				Status.Code.UNAUTHENTICATED, "TOKEN_EXPIRED");
		assertRefused(TestTokens.bearer(TestTokens.of("alice", (claims) -> claims.expirationTime(null))),
				Status.Code.UNAUTHENTICATED, "TOKEN_INVALID");
	}

	@Test
	void aRuleWantsAnAuthority() {
		StatusRuntimeException ex = catchThrowableOfType(StatusRuntimeException.class,
				() -> PingServiceGrpc.newBlockingStub(app.as("alice"))
					.pingIdempotent(PingRequest.getDefaultInstance()));
		assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
		assertThat(GrpcErrors.from(ex).reason()).isEqualTo("ACCESS_DENIED");
		Metadata allowed = TestTokens.bearer(TestTokens.of("alice", (claims) -> claims.claim("scope", "other ping")));
		assertThat(PingServiceGrpc.newBlockingStub(app.channel(allowed))
			.pingIdempotent(PingRequest.getDefaultInstance())
			.getValue()).isEqualTo("alice");
	}

	@Test
	void aPublicMethodWantsNoToken() {
		assertThat(PingServiceGrpc.newBlockingStub(app.channel()).pingSafe(PingRequest.getDefaultInstance()).getValue())
			.isEqualTo("nobody");
	}

	@Test
	void healthIsOpenAndReflectionIsNot() {
		assertThat(HealthGrpc.newBlockingStub(app.channel()).check(HealthCheckRequest.getDefaultInstance()).getStatus())
			.isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
		assertThat(end(app.channel(), Stack.PRESENT.reflection()).getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
		assertThat(end(app.as("alice"), Stack.PRESENT.reflection())).isEqualTo(Status.OK);
	}

	private static <A, B> Status end(Channel channel, MethodDescriptor<A, B> method) {
		CompletableFuture<Status> end = new CompletableFuture<>();
		ClientCall<A, B> call = channel.newCall(method, CallOptions.DEFAULT);
		call.start(new ClientCall.Listener<>() {

			@Override
			public void onClose(Status status, Metadata trailers) {
				end.complete(status);
			}

		}, new Metadata());
		call.halfClose();
		return end.orTimeout(20, TimeUnit.SECONDS).join();
	}

	@Test
	void aStreamEndsWithItsToken() {
		Metadata headers = TestTokens
			.bearer(TestTokens.of("alice", (claims) -> claims.expirationTime(Date.from(Instant.now().plusSeconds(3)))));
		RawCall call = RawCall.start(app.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, headers)
			.send(PingRequest.getDefaultInstance())
			.awaitFirst();
		assertThat(call.responses()).hasSize(1);
		assertThat(call.await().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
		assertThat(GrpcErrors.from(call.await().asRuntimeException(call.trailers())).reason())
			.isEqualTo("TOKEN_EXPIRED");
	}

	@Test
	void eachCallIsCountedOnceByItsOutcome() {
		Map<String, Double> before = outcomes();
		ping(app.as("alice"));
		assertRefused(new Metadata(), Status.Code.UNAUTHENTICATED, "TOKEN_MISSING");
		PingServiceGrpc.newBlockingStub(app.channel()).pingSafe(PingRequest.getDefaultInstance());
		Awaitility.await().untilAsserted(() -> {
			Map<String, Double> counted = outcomes();
			before.forEach((outcome, count) -> counted.merge(outcome, -count, Double::sum));
			counted.values().removeIf((count) -> count == 0);
			assertThat(counted).isEqualTo(Map.of("accepted", 1.0, "missing", 1.0, "public", 1.0));
		});
	}

	private static Map<String, Double> outcomes() {
		return app.bean(MeterRegistry.class)
			.find("grpc.patterns.server.auth")
			.counters()
			.stream()
			.collect(Collectors.toMap((counter) -> counter.getId().getTag("outcome"), Counter::count));
	}

	@Configuration(proxyBeanMethods = false)
	static class Whoami {

		@Bean
		@net.devh.boot.grpc.server.service.GrpcService
		PingService pingService() {
			return new PingService() {

				@Override
				public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
					var authentication = SecurityContextHolder.getContext().getAuthentication();
					String name = (authentication != null) ? authentication.getName() : "nobody";
					responses.onNext(PingResponse.newBuilder().setValue(name).build());
					responses.onCompleted();
				}

			};
		}

	}

}
