/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.stream.IntStream;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RecentRefusals}.
 */
class RecentRefusalsTests {

	private static final Instant NOW = Instant.parse("2026-11-30T22:50:00.125Z");

	private final RecentRefusals refusals = new RecentRefusals(Clock.fixed(NOW, ZoneOffset.UTC));

	private void refuse(String correlationId) {
		CallRecord call = TestCalls.ended(PingServiceGrpc.getPingMethod(), EndReason.RATE_LIMITED.status(),
				EndReason.RATE_LIMITED);
		call.correlationId(correlationId);
		call.principal("alice");
		this.refusals.add(call);
	}

	@Test
	void aRefusalHasWhatTheCallHad() {
		assertThat(this.refusals.all()).isEmpty();
		refuse("the-one");
		assertThat(this.refusals.all()).containsExactly(new RecentRefusals.Refused(NOW,
				"grpcpatterns.testing.v1.PingService/Ping", EndReason.RATE_LIMITED, "alice", "the-one"));
	}

	@Test
	void theLastHundredAreKeptTheNewestFirst() {
		IntStream.range(0, 250).forEach((i) -> refuse(String.valueOf(i)));
		assertThat(this.refusals.all()).extracting(RecentRefusals.Refused::correlationId)
			.hasSize(100)
			.startsWith("249", "248")
			.endsWith("150");
	}

}
