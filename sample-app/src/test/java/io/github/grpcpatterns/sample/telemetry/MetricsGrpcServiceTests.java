/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.telemetry;

import java.util.Map;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.sample.Conversation;
import io.github.grpcpatterns.sample.SampleInstance;
import io.github.grpcpatterns.sample.telemetry.v1.MetricPoint;
import io.github.grpcpatterns.sample.telemetry.v1.MetricsServiceGrpc;
import io.github.grpcpatterns.sample.telemetry.v1.MetricsSummary;
import io.grpc.Status.Code;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MetricsGrpcService}, with the whole application over the network.
 */
class MetricsGrpcServiceTests {

	private static SampleInstance instance;

	@BeforeAll
	static void start() {
		instance = SampleInstance.start();
	}

	@AfterAll
	static void stop() {
		instance.close();
	}

	@Test
	void theSummaryHasTheMeanOfEachMetric() {
		Conversation<MetricPoint, MetricsSummary> recording = recording();
		recording.send(point("cpu", 1))
			.send(point("memory", -5))
			.send(point("cpu", 2))
			.send(point("cpu", 4))
			.send(point("large", 1e300))
			.send(point("large", 1e300));
		recording.complete();
		assertThat(recording.received.messages).singleElement().satisfies((summary) -> {
			assertThat(summary.getPointsReceived()).isEqualTo(6);
			assertThat(summary.getAggregatesMap())
				.containsExactlyInAnyOrderEntriesOf(Map.of("cpu", 7 / 3.0, "memory", -5.0, "large", 1e300));
		});
	}

	@Test
	void whenNothingWasMeasuredThenTheSummaryIsEmpty() {
		Conversation<MetricPoint, MetricsSummary> recording = recording();
		recording.complete();
		assertThat(recording.received.messages).containsExactly(MetricsSummary.getDefaultInstance());
	}

	@ParameterizedTest
	@ValueSource(doubles = { Double.NaN, Double.POSITIVE_INFINITY, -1.1e300 })
	void whatIsNoMeasurementIsRefused(double value) {
		assertRefused(recording().send(point("cpu", 1)).send(point("cpu", value)), "value");
	}

	@Test
	void whenThereAreTooManyMetricsThenTheCallEnds() {
		Conversation<MetricPoint, MetricsSummary> recording = recording();
		for (int i = 0; i <= MetricsRecording.MAX_METRICS + 10; i++) {
			recording.send(point("metric-" + i, 1));
		}
		assertRefused(recording, "metric_name");
	}

	private static Conversation<MetricPoint, MetricsSummary> recording() {
		return new Conversation<>(MetricsServiceGrpc.newStub(instance.channel("alice"))::recordMetrics);
	}

	private static MetricPoint point(String name, double value) {
		return MetricPoint.newBuilder().setMetricName(name).setValue(value).putTags("host", "a").build();
	}

	private static void assertRefused(Conversation<?, ?> recording, String field) {
		GrpcErrors error = GrpcErrors.from(recording.failure());
		assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(error.reason()).isEqualTo("INVALID_REQUEST");
		assertThat(error.violations()).extracting(GrpcErrors.Violation::field).containsOnly(field);
	}

}
