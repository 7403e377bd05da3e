/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.util.List;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.OrderService;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.v1.OrderLine;
import io.github.grpcpatterns.testing.v1.OrderRequest;
import io.github.grpcpatterns.testing.v1.OrderResponse;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.github.grpcpatterns.testing.v1.RuledServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What exceptions become, and requests that break their rules.
 */
class ErrorTests {

	private static App app;

	@BeforeAll
	static void start() {
		app = App.start(Services.class,
				"grpc.patterns.server.errors.mappings.java.lang.ArithmeticException=OUT_OF_RANGE",
				"grpc.patterns.server.errors.include-message=OUT_OF_RANGE");
	}

	@AfterAll
	static void stop() {
		app.close();
	}

	private static GrpcErrors fail(String error) {
		return GrpcErrors.from(catchThrowableOfType(StatusRuntimeException.class,
				() -> PingServiceGrpc.newBlockingStub(app.as("alice"))
					.ping(PingRequest.newBuilder().setError(error).build())));
	}

	@Test
	void exceptionsAreMappedThrownOrPassedToOnError() {
		for (String way : List.of("throw:", "error:")) {
			assertError(fail(way + "NoSuchElementException"), Status.Code.NOT_FOUND, "not found", "NOT_FOUND");
			assertError(fail(way + "ArithmeticException"), Status.Code.OUT_OF_RANGE, "secret text", "OUT_OF_RANGE");
			assertError(fail(way + "RuntimeException"), Status.Code.INTERNAL, "internal error", "INTERNAL");
			assertError(fail(way + "ABORTED"), Status.Code.ABORTED, "as requested", "ABORTED");
		}
	}

	private static void assertError(GrpcErrors error, Status.Code code, String description, String reason) {
		assertThat(error.code()).isEqualTo(code);
		assertThat(error.description()).isEqualTo(description);
		assertThat(error.reason()).isEqualTo(reason);
		assertThat(error.domain()).isEqualTo("grpcpatterns");
		assertThat(error.correlationId()).hasSize(32);
	}

	@Test
	void aHandlerOfTheStackKeepsItsSayAndLogAndMetersSayTheSame() {
		Timer before = timer("DATA_LOSS");
		long count = (before != null) ? before.count() : 0;
		try (CapturedLog log = new CapturedLog("grpc.patterns.server")) {
			assertError(fail("throw:" + UserException.class.getName()), Status.Code.DATA_LOSS, "the user's own answer",
					"DATA_LOSS");
			Awaitility.await()
				.untilAsserted(() -> assertThat(log.events())
					.filteredOn((line) -> (App.PING + "Ping").equals(CapturedLog.keyValues(line).get("grpc.method")))
					.singleElement()
					.satisfies(
							(line) -> assertThat(CapturedLog.keyValues(line)).containsEntry("grpc.status", "DATA_LOSS")
								.containsEntry("exception.type", UserException.class.getName()))
					.extracting(ILoggingEvent::getThrowableProxy)
					.isNull());
			Awaitility.await().untilAsserted(() -> assertThat(timer("DATA_LOSS").count()).isEqualTo(count + 1));
		}
	}

	private static Timer timer(String status) {
		return app.bean(MeterRegistry.class)
			.find("rpc.server.call.duration")
			.tags("rpc.method", App.PING + "Ping", "rpc.response.status_code", status)
			.timer();
	}

	@Test
	void aRequestThatBreaksItsRulesDoesNotReachTheHandler() {
		OrderService service = app.bean(OrderService.class);
		int before = service.requests.get();
		GrpcErrors error = GrpcErrors.from(catchThrowableOfType(StatusRuntimeException.class,
				() -> RuledServiceGrpc.newBlockingStub(app.as("alice")).order(order("a customer with a long name"))));
		assertInvalid(error);
		java.util.concurrent.CompletableFuture<Throwable> end = new java.util.concurrent.CompletableFuture<>();
		StreamObserver<OrderRequest> requests = RuledServiceGrpc.newStub(app.as("alice"))
			.orderBidi(new StreamObserver<>() {

				@Override
				public void onNext(OrderResponse response) {
				}

				@Override
				public void onError(Throwable ex) {
					end.complete(ex);
				}

				@Override
				public void onCompleted() {
				}

			});
		requests.onNext(order("a name"));
		requests.onNext(order("a customer with a long name"));
		assertInvalid(GrpcErrors.from(end.orTimeout(20, java.util.concurrent.TimeUnit.SECONDS).join()));
		assertThat(service.requests).hasValue(before + 1);
	}

	private static OrderRequest order(String customer) {
		return OrderRequest.newBuilder()
			.setCustomer(customer)
			.addLines(OrderLine.newBuilder().setItem("pen").setCount(1))
			.setByPost("yes")
			.build();
	}

	private static void assertInvalid(GrpcErrors error) {
		assertThat(error.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
		assertThat(error.reason()).isEqualTo("INVALID_REQUEST");
		assertThat(error.violations()).extracting(GrpcErrors.Violation::field).containsExactly("customer");
	}

	@Configuration(proxyBeanMethods = false)
	static class Services {

		@Bean
		@net.devh.boot.grpc.server.service.GrpcService
		PingService pingService() {
			return new PingService();
		}

		@Bean
		@net.devh.boot.grpc.server.service.GrpcService
		OrderService orderService() {
			return new OrderService();
		}

	}

}
