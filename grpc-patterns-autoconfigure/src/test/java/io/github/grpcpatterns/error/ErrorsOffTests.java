/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import ch.qos.logback.classic.Level;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for a server without the pattern, and so without a mapping of ours.
 */
class ErrorsOffTests {

	private static final Metadata.Key<String> CORRELATION_ID = Metadata.Key.of("x-correlation-id",
			Metadata.ASCII_STRING_MARSHALLER);

	@ParameterizedTest
	@EnumSource
	void anExceptionThatNothingMapsIsUnknownOnceWithoutItsText(TestStack stack) {
		Metadata headers = new Metadata();
		headers.put(CORRELATION_ID, "c0ffee");
		try (CapturedLog log = new CapturedLog("grpc.patterns")) {
			stack.run(stack.runner()
				.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
				.withPropertyValues("grpc.patterns.server.errors.enabled=false"), (context, channel) -> {
					RawCall call = RawCall.start(channel, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT, headers)
						.send(PingRequest.newBuilder().setError("throw:RuntimeException").build())
						.halfClose();
					assertThat(call.await().getCode()).isEqualTo(Status.Code.UNKNOWN);
					assertThat(String.valueOf(call.await().getDescription())).doesNotContain("secret");
					assertThat(call.trailers().get(CORRELATION_ID)).isEqualTo("c0ffee");
					await().until(() -> !log.events().isEmpty());
					assertThat(log.events()).singleElement().satisfies((line) -> {
						assertThat(line.getLevel()).isEqualTo(Level.ERROR);
						assertThat(line.getFormattedMessage()).contains(" UNKNOWN in ");
						assertThat(line.getThrowableProxy().getMessage()).isEqualTo("secret text");
						assertThat(CapturedLog.keyValues(line)).containsEntry("correlationId", "c0ffee");
					});
					assertThat(context.getBean(MeterRegistry.class).find("rpc.server.call.duration").timers())
						.filteredOn((timer) -> timer.count() > 0)
						.singleElement()
						.satisfies((timer) -> assertThat(timer.count()).isOne())
						.extracting((timer) -> timer.getId().getTag("rpc.response.status_code"))
						.isEqualTo("UNKNOWN");
				});
		}
	}

}
