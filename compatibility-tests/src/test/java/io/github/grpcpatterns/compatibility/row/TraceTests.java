/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.util.Map;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.Http;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Metadata;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The trace of a call in its line and in its exemplars, as Boot sets up the tracer of the
 * row.
 */
class TraceTests {

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	private static final String CALLERS_SPAN = "00f067aa0ba902b7";

	@BeforeAll
	static void onlyWithATracer() {
		assumeThat(ClassUtils.isPresent("io.micrometer.tracing.brave.bridge.BraveTracer", null))
			.as("a row with a tracer")
			.isTrue();
	}

	@Test
	void theLineAndTheExemplarsOfACallNameItsSpan() {
		try (App app = App.startWeb(App.Ping.class, "management.tracing.sampling.probability=1",
				"management.endpoints.web.exposure.include=prometheus",
				"management.metrics.distribution.percentiles-histogram.rpc.server.call.duration=true");
				CapturedLog log = new CapturedLog("grpc.patterns.server")) {
			Metadata headers = TestTokens.headers("alice");
			headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
					"00-" + TRACE + "-" + CALLERS_SPAN + "-01");
			PingServiceGrpc.newBlockingStub(app.channel(headers)).ping(PingRequest.getDefaultInstance());
			Awaitility.await().until(() -> !log.events().isEmpty());
			ILoggingEvent line = log.events().get(0);
			Map<String, Object> values = CapturedLog.keyValues(line);
			assertThat(values).containsEntry("traceId", TRACE).containsKey("spanId");
			assertThat(values.get("spanId")).isNotEqualTo(CALLERS_SPAN);
			assertThat(line.getMDCPropertyMap()).doesNotContainKeys("traceId", "spanId");
			Awaitility.await()
				.untilAsserted(() -> assertThat(
						Http.get(app.context(), "/actuator/prometheus", "application/openmetrics-text; version=1.0.0")
							.body()
							.lines())
					.anyMatch((sample) -> sample.startsWith("rpc_server_call_duration_seconds_bucket")
							&& sample.contains("span_id=\"" + values.get("spanId") + "\"")));
		}
	}

}
