/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.gateway;

import io.github.grpcpatterns.sample.telemetry.v1.MetricPoint;
import io.github.grpcpatterns.sample.telemetry.v1.MetricsServiceGrpc;
import io.github.grpcpatterns.sample.telemetry.v1.MetricsSummary;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code telemetry.v1.MetricsService} over HTTP.
 */
@RestController
class MetricsController {

	private final Backend backend;

	MetricsController(Backend backend) {
		this.backend = backend;
	}

	/**
	 * Record an array of points.
	 */
	@PostMapping("/api/metrics")
	MetricsSummary record(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@RequestBody String points) throws InterruptedException {
		return ClientStreams.send(MetricsServiceGrpc.newBlockingV2Stub(this.backend.as(caller)).recordMetrics(),
				Json.parseAll(points, MetricPoint.getDefaultInstance()));
	}

}
