/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.Any;
import com.google.rpc.RetryInfo;
import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.shutdown.Drain;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The end of an application while it serves.
 */
class ShutdownTests {

	@Test
	void healthTurnsThenHandlersAreToldThenWhatIsLeftEnds() throws Exception {
		try (App app = App.start(Draining.class, "grpc.patterns.server.shutdown.pre-stop-delay=1s",
				"grpc.patterns.server.shutdown.drain-timeout=2s")) {
			Channel channel = app.as("alice");
			List<ServingStatus> health = watch(channel);
			Awaitility.await().until(() -> health.equals(List.of(ServingStatus.SERVING)));
			RawCall leaving = start(channel, "leave");
			RawCall staying = start(channel, "stay");
			Draining service = app.bean(Draining.class);
			long begin = System.nanoTime();
			CompletableFuture<Duration> stopped = CompletableFuture.supplyAsync(() -> {
				app.context().close();
				return Duration.ofNanos(System.nanoTime() - begin);
			}, (task) -> new Thread(task, "stop").start());
			Awaitility.await().until(() -> health.contains(ServingStatus.NOT_SERVING));
			PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.getDefaultInstance());
			assertThat(service.told).as("within the pre-stop delay").isEmpty();
			assertThat(leaving.await()).isEqualTo(Status.OK);
			assertThat(leaving.responses()).last().extracting(PingResponse::getValue).isEqualTo("goodbye");
			assertThat(stopped).isNotDone();
			GrpcErrors error = GrpcErrors.from(staying.await().asRuntimeException(staying.trailers()));
			assertThat(error.code()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(error.reason()).isEqualTo("SERVER_DRAINING");
			assertThat(StatusProto.fromStatusAndTrailers(staying.await(), staying.trailers()).getDetailsList())
				.contains(Any.pack(RetryInfo.newBuilder()
					.setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(1))
					.build()));
			assertThat(staying.trailers().get(Keys.PUSHBACK)).isEqualTo("-1");
			assertThat(error.retryDelay()).as("the pushback says not to").isNull();
			assertThat(service.told).containsExactlyInAnyOrder("leave", "stay");
			assertThat(stopped.get(30, TimeUnit.SECONDS)).isBetween(Duration.ofMillis(2900), Duration.ofSeconds(8));
		}
	}

	/**
	 * As Spring's test framework does with contexts that it keeps.
	 */
	@Test
	void anApplicationThatIsStoppedWaitsForNothingAndServesAgain() {
		try (App app = App.start(Draining.class, "grpc.patterns.server.shutdown.pre-stop-delay=20s",
				"grpc.patterns.server.shutdown.drain-timeout=20s")) {
			RawCall stream = start(app.as("alice"), "leave");
			long begin = System.nanoTime();
			app.context().stop();
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
			GrpcErrors error = GrpcErrors.from(stream.await().asRuntimeException(stream.trailers()));
			assertThat(error.reason()).isEqualTo("SERVER_DRAINING");
			app.context().start();
			Channel fresh = app.as("alice");
			assertThat(HealthGrpc.newBlockingStub(fresh).check(HealthCheckRequest.getDefaultInstance()).getStatus())
				.isEqualTo(ServingStatus.SERVING);
			PingServiceGrpc.newBlockingStub(fresh).ping(PingRequest.getDefaultInstance());
			app.context().stop(); // else the close waits
		}
	}

	private static RawCall start(Channel channel, String value) {
		return RawCall.start(channel, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
			.send(PingRequest.newBuilder().setValue(value).build())
			.awaitFirst();
	}

	private static List<ServingStatus> watch(Channel channel) {
		List<ServingStatus> seen = new CopyOnWriteArrayList<>();
		HealthGrpc.newStub(channel).watch(HealthCheckRequest.getDefaultInstance(), new StreamObserver<>() {

			@Override
			public void onNext(HealthCheckResponse response) {
				seen.add(response.getStatus());
			}

			@Override
			public void onError(Throwable ex) {
			}

			@Override
			public void onCompleted() {
			}

		});
		return seen;
	}

	@Configuration(proxyBeanMethods = false)
	static class Draining {

		private final List<String> told = new CopyOnWriteArrayList<>();

		@Bean
		@net.devh.boot.grpc.server.service.GrpcService
		PingService pingService() {
			return new PingService() {

				@Override
				public StreamObserver<PingRequest> pingBidi(StreamObserver<PingResponse> responses) {
					return new StreamObserver<>() {

						@Override
						public void onNext(PingRequest request) {
							Drain.current().onDrain(() -> {
								Draining.this.told.add(request.getValue());
								if (request.getValue().equals("leave")) {
									responses.onNext(PingResponse.newBuilder().setValue("goodbye").build());
									responses.onCompleted();
								}
							});
							responses.onNext(PingResponse.getDefaultInstance());
						}

						@Override
						public void onError(Throwable ex) {
						}

						@Override
						public void onCompleted() {
						}

					};
				}

			};
		}

	}

}
