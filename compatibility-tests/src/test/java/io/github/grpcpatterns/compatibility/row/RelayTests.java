/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.correlation.CorrelationId;
import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A handler that calls on with the row's client: what goes with the call, and what comes
 * back.
 */
class RelayTests {

	private static App app;

	@BeforeAll
	static void start() {
		app = App.start(Relay.class, "grpc.patterns.client.auth.relay=true");
	}

	@AfterAll
	static void stop() {
		app.close();
	}

	private static PingServiceGrpc.PingServiceBlockingStub stub() {
		Metadata headers = TestTokens.headers("alice");
		headers.put(Keys.CORRELATION_ID, "order-4711");
		return PingServiceGrpc.newBlockingStub(app.channel(headers)).withDeadlineAfter(20, TimeUnit.SECONDS);
	}

	@Test
	void correlationCallerAndDeadlineGoWithTheOutboundCall() {
		assertThat(stub().ping(PingRequest.getDefaultInstance()).getValue())
			.isEqualTo("order-4711 order-4711 alice true");
	}

	@Test
	void anErrorOfTheOutboundCallIsNotTheHandlersOwn() {
		GrpcErrors error = GrpcErrors.from(catchThrowableOfType(StatusRuntimeException.class,
				() -> stub().ping(PingRequest.newBuilder().setError("throw:NoSuchElementException").build())));
		assertThat(error.code()).isEqualTo(Status.Code.INTERNAL);
		assertThat(error.correlationId()).isEqualTo("order-4711");
	}

	@Configuration(proxyBeanMethods = false)
	static class Relay {

		@Bean
		@net.devh.boot.grpc.server.service.GrpcService
		PingService pingService(ApplicationContext context) {
			return new PingService() {

				@Override
				public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
					responses.onNext(
							PingServiceGrpc.newBlockingStub(Stack.PRESENT.channel(context, Stack.PRESENT.port(context)))
								.pingIdempotent(request));
					responses.onCompleted();
				}

				@Override
				public void pingIdempotent(PingRequest request, StreamObserver<PingResponse> responses) {
					if (!request.getError().isEmpty()) {
						super.ping(request, responses);
						return;
					}
					boolean near = Context.current().getDeadline().timeRemaining(TimeUnit.SECONDS) < 20;
					responses.onNext(PingResponse.newBuilder()
						.setValue("%s %s %s %s".formatted(CorrelationId.current(), MDC.get("correlationId"),
								SecurityContextHolder.getContext().getAuthentication().getName(), near))
						.build());
					responses.onCompleted();
				}

			};
		}

	}

}
