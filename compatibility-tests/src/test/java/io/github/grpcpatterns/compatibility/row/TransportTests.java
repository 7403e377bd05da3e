/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import io.github.grpcpatterns.testing.FaultyClient;
import io.github.grpcpatterns.testing.PingService;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The limits of connections are in force, whichever Netty the row has.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TransportTests {

	private static final int ENHANCE_YOUR_CALM = 11;

	private static App app;

	@BeforeAll
	static void start() {
		String prefix = "grpc.patterns.server.transport.";
		app = App.start(App.Ping.class, "grpc.patterns.server.auth.public-methods=" + App.PING + "PingBidi",
				prefix + "max-concurrent-calls-per-connection=7", prefix + "max-resets=50",
				prefix + "handshake-timeout=1s", prefix + "max-connection-idle=2s");
	}

	@AfterAll
	static void stop() {
		app.close();
	}

	/**
	 * grpc-java 1.80.0 only announces the limit. First, while nobody else calls.
	 */
	@Test
	@Order(1)
	void callsOfAConnectionAreLimited() {
		PingService service = app.bean(PingService.class);
		try (FaultyClient connection = FaultyClient.open(app.port())) {
			assertThat(connection.maxConcurrentStreams()).isEqualTo(7);
			for (int i = 0; i < 8; i++) {
				connection.startCall(App.PING + "PingBidi");
			}
			if (Run.stock()) {
				Awaitility.await().untilAsserted(() -> assertThat(service.calls).hasValue(8));
			}
			else {
				assertThat(connection.await(FaultyClient.RST_STREAM).stream()).isEqualTo(15);
				Awaitility.await().untilAsserted(() -> assertThat(service.calls).hasValue(7));
			}
		}
	}

	@Test
	void aConnectionThatResetsTooManyCallsIsClosed() {
		try (FaultyClient connection = FaultyClient.open(app.port())) {
			for (int i = 0; i < 100; i++) {
				connection.reset(connection.startCall(App.PING + "PingBidi"));
			}
			assertThat(connection.await(FaultyClient.GOAWAY).payload().getInt(4)).isEqualTo(ENHANCE_YOUR_CALM);
		}
	}

	@Test
	void aConnectionThatSaysNothingIsClosed() {
		try (FaultyClient connection = FaultyClient.silent(app.port())) {
			assertThat(connection.await(FaultyClient.HEADERS)).isNull();
		}
	}

	@Test
	void aConnectionWithoutCallsIsClosed() {
		try (FaultyClient connection = FaultyClient.open(app.port())) {
			assertThat(connection.await(FaultyClient.GOAWAY)).isNotNull();
		}
	}

}
