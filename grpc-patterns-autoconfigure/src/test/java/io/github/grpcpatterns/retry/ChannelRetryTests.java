/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.util.List;
import java.util.Map;

import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.testing.FaultyService;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the warnings about channels that retry by themselves.
 */
@ExtendWith(OutputCaptureExtension.class)
class ChannelRetryTests {

	private static final String WARNING = "retry policy of its own";

	private static final Map<String, Object> POLICY = Map.of("methodConfig",
			List.of(Map.of("name", List.of(Map.of()), "retryPolicy",
					Map.of("maxAttempts", 2.0, "initialBackoff", "0.001s", "maxBackoff", "0.001s", "backoffMultiplier",
							1.0, "retryableStatusCodes", List.of("UNAVAILABLE")))));

	@Test
	void whenTransportRetriesThenOneWarningSaysSo(CapturedOutput output) {
		FaultyService service = FaultyService.failing(Integer.MAX_VALUE, Status.Code.UNAVAILABLE);
		call(service, true);
		assertThat(service.runs).hasValue(8); // two times two attempts, of two calls
		assertThat(output.getOut().split(WARNING, -1)).hasSize(2);
		assertThat(output).contains("WARN").contains("localhost").contains("grpc.patterns.client.retry");
	}

	@Test
	void whenTransportDoesNotRetryThenThereIsNoWarning(CapturedOutput output) {
		FaultyService service = FaultyService.failing(Integer.MAX_VALUE, Status.Code.UNAVAILABLE);
		call(service, false);
		assertThat(service.runs).hasValue(4);
		assertThat(output).doesNotContain(WARNING);
	}

	private static void call(FaultyService service, boolean policy) {
		RetryClientInterceptor retry = Retries.interceptor(TestCalls.sharedTimer(), "max-attempts=2",
				"initial-backoff=1ms");
		try (GrpcHarness harness = GrpcHarness.netty().service(service).clientInterceptors(retry).channel((builder) -> {
			if (policy) {
				builder.enableRetry().defaultServiceConfig(POLICY);
			}
		}).start()) {
			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(StatusRuntimeException.class)
					.isThrownBy(() -> harness.blocking().ping(PingRequest.getDefaultInstance()));
			}
		}
	}

	@Test
	void whenBootsSettingsHaveAPolicyThenOneWarningForEachChannelSaysSo(CapturedOutput output) {
		ChannelRetrySettings.warn(new MockEnvironment()
			.withProperty("spring.grpc.client.channel.first.service-config.method[0].retry.max-attempts", "3")
			.withProperty("spring.grpc.client.channel.first.service-config.method[0].retry.initial-backoff", "3s")
			.withProperty("spring.grpc.client.channel.other.service-config.method[1].hedging.delay", "3s"));
		assertThat(output.getOut().split(WARNING, -1)).hasSize(3);
		assertThat(output).contains("spring.grpc.client.channel.first.service-config.method[0].retry'")
			.contains("spring.grpc.client.channel.other.service-config.method[1].hedging'");
	}

	@Test
	void whenBootsSettingsHaveNoPolicyThenThereIsNoWarning(CapturedOutput output) {
		ChannelRetrySettings
			.warn(new MockEnvironment().withProperty("spring.grpc.client.channel.retry.target", "static://localhost:1")
				.withProperty("spring.grpc.client.channel.first.service-config.retrythrottling.max-tokens", "3"));
		assertThat(output).doesNotContain(WARNING);
	}

}
