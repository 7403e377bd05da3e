/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * How often, and how long.
 */
class LimitTests {

	private static App app;

	@BeforeAll
	static void start() {
		app = App.start(Patient.class, "grpc.patterns.server.rate-limit.overrides[0].methods=" + App.PING + "PingSafe",
				"grpc.patterns.server.rate-limit.overrides[0].calls-per-second=0.01",
				"grpc.patterns.server.rate-limit.overrides[0].burst=2",
				"grpc.patterns.server.deadline.overrides[0].methods=" + App.PING + "PingIdempotent",
				"grpc.patterns.server.deadline.overrides[0].required=true",
				"grpc.patterns.server.deadline.overrides[1].methods=" + App.PING + "Ping",
				"grpc.patterns.server.deadline.overrides[1].default=1s",
				"grpc.patterns.server.deadline.overrides[1].max=5s");
	}

	@AfterAll
	static void stop() {
		app.close();
	}

	private static PingServiceGrpc.PingServiceBlockingStub stub() {
		return PingServiceGrpc.newBlockingStub(app.as("alice"));
	}

	@Test
	void aCallBeyondTheRateIsRefusedAndToldWhenToComeAgain() {
		PingRequest request = PingRequest.getDefaultInstance();
		stub().pingSafe(request);
		stub().pingSafe(request);
		StatusRuntimeException ex = catchThrowableOfType(StatusRuntimeException.class, () -> stub().pingSafe(request));
		GrpcErrors error = GrpcErrors.from(ex);
		assertThat(error.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
		assertThat(error.reason()).isEqualTo("RATE_LIMITED");
		assertThat(error.retryDelay()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(100));
		assertThat(ex.getTrailers().containsKey(Keys.PUSHBACK)).isTrue();
	}

	@Test
	void aCallWithoutADeadlineIsRefusedWhereOneIsWanted() {
		PingRequest request = PingRequest.newBuilder().setValue("hello").build();
		GrpcErrors error = GrpcErrors
			.from(catchThrowableOfType(StatusRuntimeException.class, () -> stub().pingIdempotent(request)));
		assertThat(error.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
		assertThat(error.reason()).isEqualTo("DEADLINE_REQUIRED");
		assertThat(stub().withDeadlineAfter(20, TimeUnit.SECONDS).pingIdempotent(request).getValue()).isNotEmpty();
	}

	@Test
	void theDefaultEndsACallAndItsHandlerIsTold() {
		Patient patient = app.bean(Patient.class);
		GrpcErrors error = GrpcErrors.from(catchThrowableOfType(StatusRuntimeException.class,
				() -> stub().ping(PingRequest.newBuilder().setValue("hang").build())));
		assertThat(error.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(error.reason()).isEqualTo("DEADLINE");
		Awaitility.await().untilAsserted(() -> assertThat(patient.cancelled).isTrue());
	}

	@Test
	void aDeadlineThatIsTooFarIsShortened() {
		String millis = stub().withDeadlineAfter(60, TimeUnit.SECONDS)
			.ping(PingRequest.getDefaultInstance())
			.getValue();
		assertThat(Long.parseLong(millis)).isBetween(1L, 5000L);
	}

	@Configuration(proxyBeanMethods = false)
	static class Patient {

		private volatile boolean cancelled;

		@Bean
		@net.devh.boot.grpc.server.service.GrpcService
		PingService pingService() {
			return new PingService() {

				@Override
				public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
					if (request.getValue().equals("hang")) {
						Context.current().addListener((context) -> Patient.this.cancelled = true, Runnable::run);
						return;
					}
					long left = Context.current().getDeadline().timeRemaining(TimeUnit.MILLISECONDS);
					responses.onNext(PingResponse.newBuilder().setValue(Long.toString(left)).build());
					responses.onCompleted();
				}

				@Override
				public void pingSafe(PingRequest request, StreamObserver<PingResponse> responses) {
					responses.onNext(PingResponse.getDefaultInstance());
					responses.onCompleted();
				}

			};
		}

	}

}
