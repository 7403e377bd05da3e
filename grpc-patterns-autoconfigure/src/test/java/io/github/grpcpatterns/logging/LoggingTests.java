/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.logging;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.ExceptionMapping;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for the log lines of both sides.
 */
class LoggingTests {

	private static final LoggingServerProperties DEFAULTS = new LoggingServerProperties(true, Duration.ZERO, false,
			List.of("grpc.health.v1.Health/*", "grpc.reflection.*"));

	private final CapturedLog server = new CapturedLog("grpc.patterns.server");

	private final CapturedLog client = new CapturedLog("grpc.patterns.client");

	@AfterEach
	void stop() {
		this.server.close();
		this.client.close();
	}

	private ILoggingEvent serverLine() {
		Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !this.server.events().isEmpty());
		assertThat(this.server.events()).hasSize(1);
		return this.server.events().get(0);
	}

	private static ClientInterceptor[] clientChain() {
		return new ClientInterceptor[] { TestCalls.callClientInterceptor(TestCalls.sharedTimer()),
				new LoggingClientInterceptor(
						new LoggingClientProperties(true, Duration.ZERO, false, List.of("grpc.health.v1.Health/*"))) };
	}

	@Test
	void aLineTellsWhatTheContractPromisesOnBothSides() {
		GrpcHarness.Builder builder = GrpcHarness.netty().interceptors(new LoggingServerInterceptor(DEFAULTS));
		builder.clientInterceptors(clientChain());
		try (GrpcHarness harness = builder.start()) {
			harness.blocking().ping(PingRequest.getDefaultInstance());
			ILoggingEvent line = serverLine();
			String method = "grpcpatterns.testing.v1.PingService/Ping";
			assertThat(line.getFormattedMessage()).matches(method + " OK in \\d+ ms");
			assertThat(line.getLevel()).isEqualTo(Level.INFO);
			Map<String, Object> values = CapturedLog.keyValues(line);
			assertThat(values)
				.contains(entry("grpc.method", method), entry("grpc.type", "unary"), entry("grpc.status", "OK"),
						entry("messages.received", 1L), entry("messages.sent", 1L))
				.doesNotContainKeys("principal", "correlationId", "exception.type");
			assertThat(values.get("duration_ms")).isInstanceOf(Double.class);
			assertThat(values.get("peer")).asString().matches("(127\\.0\\.0\\.1|\\[[0:]+1\\]):\\d+");
			assertThat(this.client.events()).singleElement()
				.satisfies((event) -> assertThat(CapturedLog.keyValues(event))
					.contains(entry("grpc.status", "OK"), entry("messages.sent", 1L), entry("messages.received", 1L))
					.extractingByKey("peer")
					.asString()
					.endsWith(":" + harness.port()));
		}
	}

	@Test
	void anUnknownExceptionIsLoggedOnceWithItsTrace() {
		try (GrpcHarness harness = GrpcHarness.inProcess()
			.interceptors(new LoggingServerInterceptor(DEFAULTS))
			.start()) {
			assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> harness.blocking()
				.ping(PingRequest.newBuilder().setError("throw:IllegalStateException").build()));
			ILoggingEvent line = serverLine();
			assertThat(line.getLevel()).isEqualTo(Level.ERROR);
			assertThat(line.getThrowableProxy().getClassName()).isEqualTo(IllegalStateException.class.getName());
			assertThat(CapturedLog.keyValues(line)).doesNotContainKeys("exception.type");
		}
	}

	@Test
	void aMappedExceptionIsNamedWithoutItsTrace() {
		RichStatus richStatus = new RichStatus(RichStatus.DEFAULT_DOMAIN);
		ExceptionMapping mapping = (thrown, call) -> {
			call.exception(thrown, false);
			return richStatus.ending(EndReason.FAILED, Status.NOT_FOUND, new Metadata(), call.correlationId());
		};
		try (GrpcHarness harness = GrpcHarness.inProcess()
			.mapping(mapping)
			.interceptors(new LoggingServerInterceptor(DEFAULTS))
			.start()) {
			assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> harness.blocking()
				.ping(PingRequest.newBuilder().setError("throw:IllegalStateException").build()));
			ILoggingEvent line = serverLine();
			assertThat(line.getLevel()).isEqualTo(Level.INFO);
			assertThat(line.getThrowableProxy()).isNull();
			assertThat(CapturedLog.keyValues(line)).contains(
					entry("exception.type", IllegalStateException.class.getName()),
					entry("exception.message", "secret text"));
		}
	}

	@Test
	void anExcludedMethodHasNoLineButItsUnknownExceptionIsLogged() {
		try (GrpcHarness harness = GrpcHarness.inProcess()
			.interceptors(new LoggingServerInterceptor(new LoggingServerProperties(true, Duration.ZERO, false,
					List.of("grpcpatterns.testing.v1.PingService/Ping"))))
			.start(); CapturedLog other = new CapturedLog("grpc.patterns.call")) {
			harness.blocking().ping(PingRequest.getDefaultInstance());
			assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> harness.blocking()
				.ping(PingRequest.newBuilder().setError("throw:IllegalStateException").build()));
			harness.blocking().pingSafe(PingRequest.getDefaultInstance());
			assertThat(serverLine().getFormattedMessage()).contains("PingSafe");
			assertThat(other.events()).singleElement()
				.satisfies((event) -> assertThat(event.getThrowableProxy()).isNotNull());
		}
	}

	@Test
	void theCorrelationIdIsNotInTheMdcToo() {
		CallRecord call = TestCalls.ended(PingServiceGrpc.getPingMethod(), Status.OK, EndReason.COMPLETED);
		call.correlationId("the-id");
		MDC.put("correlationId", "the-id");
		try {
			report(call, Duration.ZERO);
			assertThat(MDC.get("correlationId")).isEqualTo("the-id");
		}
		finally {
			MDC.remove("correlationId");
		}
		ILoggingEvent line = serverLine();
		assertThat(line.getMDCPropertyMap()).doesNotContainKey("correlationId");
		assertThat(CapturedLog.keyValues(line)).containsEntry("correlationId", "the-id");
	}

	private static void report(CallRecord call, Duration slowCallThreshold) {
		new CallLine(LoggerFactory.getLogger("grpc.patterns.server"), slowCallThreshold, false, DEFAULTS.excluded())
			.report(call);
	}

	@ParameterizedTest
	@EnumSource(Status.Code.class)
	void theLevelFollowsTheStatus(Status.Code code) {
		report(TestCalls.ended(PingServiceGrpc.getPingMethod(), code.toStatus(), EndReason.FAILED), Duration.ZERO);
		Level expected = switch (code) {
			case DEADLINE_EXCEEDED, PERMISSION_DENIED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE,
					UNAVAILABLE ->
				Level.WARN;
			case UNKNOWN, UNIMPLEMENTED, INTERNAL, DATA_LOSS -> Level.ERROR;
			default -> Level.INFO;
		};
		assertThat(serverLine().getLevel()).isEqualTo(expected);
	}

	@Test
	void aSlowUnaryCallIsRaisedToAWarningAndNothingIsLowered() {
		report(TestCalls.ended(PingServiceGrpc.getPingMethod(), Status.OK, EndReason.COMPLETED), Duration.ofMillis(1));
		report(TestCalls.ended(PingServiceGrpc.getPingMethod(), Status.OK, EndReason.COMPLETED), Duration.ofMillis(2));
		report(TestCalls.ended(PingServiceGrpc.getPingMethod(), Status.INTERNAL, EndReason.FAILED),
				Duration.ofMillis(1));
		report(TestCalls.ended(PingServiceGrpc.getPingBidiMethod(), Status.OK, EndReason.COMPLETED),
				Duration.ofMillis(1));
		assertThat(this.server.events()).extracting(ILoggingEvent::getLevel)
			.containsExactly(Level.WARN, Level.INFO, Level.ERROR, Level.INFO);
	}

}
