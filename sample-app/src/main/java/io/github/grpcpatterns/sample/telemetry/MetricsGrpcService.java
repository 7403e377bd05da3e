/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.telemetry;

import io.github.grpcpatterns.sample.telemetry.v1.MetricPoint;
import io.github.grpcpatterns.sample.telemetry.v1.MetricsServiceGrpc.MetricsServiceImplBase;
import io.github.grpcpatterns.sample.telemetry.v1.MetricsSummary;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

/**
 * {@code telemetry.v1.MetricsService}.
 */
@GrpcService
class MetricsGrpcService extends MetricsServiceImplBase {

	@Override
	public StreamObserver<MetricPoint> recordMetrics(StreamObserver<MetricsSummary> responses) {
		return new MetricsRecording(responses);
	}

}
