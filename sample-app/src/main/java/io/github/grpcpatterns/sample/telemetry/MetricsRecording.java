/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.telemetry;

import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.Map;

import io.github.grpcpatterns.sample.InvalidRequest;
import io.github.grpcpatterns.sample.telemetry.v1.MetricPoint;
import io.github.grpcpatterns.sample.telemetry.v1.MetricsSummary;
import io.grpc.stub.StreamObserver;

/**
 * One {@code RecordMetrics} call.
 */
final class MetricsRecording implements StreamObserver<MetricPoint> {

	/**
	 * How many different metrics a call may have, which bounds what is held in memory.
	 */
	static final int MAX_METRICS = 1_000;

	private final StreamObserver<MetricsSummary> responses;

	private final Map<String, DoubleSummaryStatistics> metrics = new HashMap<>();

	private int points;

	private boolean ended;

	MetricsRecording(StreamObserver<MetricsSummary> responses) {
		this.responses = responses;
	}

	@Override
	public void onNext(MetricPoint point) {
		if (this.ended) {
			return; // it was on its way already
		}
		DoubleSummaryStatistics metric = this.metrics.computeIfAbsent(point.getMetricName(),
				(name) -> new DoubleSummaryStatistics());
		if (this.metrics.size() > MAX_METRICS) {
			end();
			this.responses
				.onError(InvalidRequest.field("metric_name", "must be at most " + MAX_METRICS + " different ones"));
			return;
		}
		metric.accept(point.getValue());
		this.points++;
	}

	@Override
	public void onError(Throwable failure) {
		end();
	}

	@Override
	public void onCompleted() {
		if (this.ended) {
			return;
		}
		MetricsSummary.Builder summary = MetricsSummary.newBuilder().setPointsReceived(this.points);
		this.metrics.forEach((name, metric) -> summary.putAggregates(name, metric.getAverage()));
		this.responses.onNext(summary.build());
		this.responses.onCompleted();
	}

	private void end() {
		this.ended = true;
		this.metrics.clear();
	}

}
