package io.github.grpcpatterns.sample.gateway;

import java.io.IOException;
import java.io.InputStream;

import io.github.grpcpatterns.sample.telemetry.v1.MetricPoint;
import io.github.grpcpatterns.sample.telemetry.v1.MetricsServiceGrpc;
import io.github.grpcpatterns.sample.telemetry.v1.MetricsSummary;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.PostMapping;
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

	@PostMapping("/api/metrics")
	MetricsSummary record(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			InputStream points) throws IOException, InterruptedException {
		return new JsonItems<>(points, (item) -> Json.parse(item, MetricPoint.getDefaultInstance()))
			.sendTo(MetricsServiceGrpc.newBlockingV2Stub(this.backend.as(caller)).recordMetrics());
	}

}
