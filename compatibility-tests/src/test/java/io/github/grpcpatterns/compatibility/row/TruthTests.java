/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.TruthTable;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The {@link TruthTable}: whatever ends a call, of whatever kind, its client, its log
 * line, its meters and the stack's observation say the same, each once.
 */
class TruthTests {

	@Test
	void wireLogMetersAndObservationAgree() {
		try (App app = App.start(Application.class, TruthTable.SETTINGS)) {
			TruthTable.check(app.context(), app.channel());
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import(TruthTable.Application.class)
	static class Application {

		@Bean
		@net.devh.boot.grpc.server.service.GrpcService
		PingService pingService() {
			return new PingService();
		}

	}

}
