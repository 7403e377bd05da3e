/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.time.Duration;
import java.util.Map;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what {@link StreamServerInterceptor} tells of a method's settings.
 */
class StreamSettingsTests {

	private final StreamServerInterceptor interceptor = new StreamServerInterceptor(
			StreamFixture.bind(Map.of("idle-timeout", "5m", "overrides[0].methods",
					"grpcpatterns.testing.v1.PingService/PingBidi", "overrides[0].idle-timeout", "1m")),
			new PolicyClock());

	@Test
	void aStreamHasEverySettingWithThePropertyThatDecided() {
		assertThat(this.interceptor.pattern()).isEqualTo(ActivePattern.server("stream"));
		Map<String, Setting<?>> settings = this.interceptor.settings(PingServiceGrpc.getPingBidiMethod());
		assertThat(settings).containsOnlyKeys("max-duration", "idle-timeout", "max-inbound-messages",
				"max-outbound-messages", "max-inbound-bytes", "max-outbound-bytes", "max-pending-bytes", "inbound-rate",
				"inbound-burst", "outbound-rate", "outbound-burst", "rate-per");
		assertThat(settings.get("idle-timeout").value()).isEqualTo(Duration.ofMinutes(1));
		assertThat(settings.get("idle-timeout").property())
			.isEqualTo("grpc.patterns.server.stream.overrides[0].idle-timeout");
		assertThat(this.interceptor.settings(PingServiceGrpc.getPingListMethod()).get("idle-timeout").property())
			.isEqualTo("grpc.patterns.server.stream.idle-timeout");
	}

	@Test
	void aUnaryMethodHasNone() {
		assertThat(this.interceptor.settings(PingServiceGrpc.getPingMethod())).isEmpty();
	}

}
