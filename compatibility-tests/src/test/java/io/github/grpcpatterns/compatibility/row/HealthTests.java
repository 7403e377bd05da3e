/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The health that a server reports, from contributors whose names and settings every
 * Spring Boot has.
 */
class HealthTests {

	private static final String INDICATORS = "grpc.patterns.server.health.indicators=ping,diskSpace";

	@Test
	void theWorstOfTheNamedContributorsDecidesWhereTheStackDoesNotAskThem() {
		if (!Stack.PRESENT.name().startsWith("net.devh")) {
			assertThatThrownBy(() -> App.start(App.Ping.class, INDICATORS).close())
				.hasStackTraceContaining("Applies to net.devh's starter only");
			return;
		}
		assertThat(health(INDICATORS)).isEqualTo(ServingStatus.SERVING);
		assertThat(health(INDICATORS, "management.health.diskspace.threshold=1000000TB"))
			.isEqualTo(ServingStatus.NOT_SERVING);
		assertThatThrownBy(() -> App.start(App.Ping.class, INDICATORS + "s").close())
			.hasStackTraceContaining("There are: diskSpace, ");
	}

	private static ServingStatus health(String... properties) {
		try (App app = App.start(App.Ping.class, properties)) {
			return HealthGrpc.newBlockingStub(app.channel()).check(HealthCheckRequest.getDefaultInstance()).getStatus();
		}
	}

}
