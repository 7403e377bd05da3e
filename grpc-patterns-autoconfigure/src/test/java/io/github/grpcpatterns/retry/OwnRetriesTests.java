/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import io.github.grpcpatterns.internal.backoff.OwnRetries;
import io.github.grpcpatterns.internal.backoff.RetryWaits;
import io.github.grpcpatterns.stub.ResumableStream;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link OwnRetries} and {@link RetryWaits}: a caller that tries again by
 * itself does so with the settings of the retries.
 */
class OwnRetriesTests {

	@Test
	void theDefaultsAreThoseOfTheSettings() {
		RetryClientProperties properties = Retries.properties();
		RetryWaits defaults = RetryWaits.DEFAULTS;
		assertThat(defaults.maxAttempts()).isEqualTo(properties.maxAttempts());
		assertThat(defaults.initialMillis()).isEqualTo(properties.initialBackoff().toMillis());
		assertThat(defaults.multiplier()).isEqualTo(properties.multiplier());
		assertThat(defaults.maxMillis()).isEqualTo(properties.maxBackoff().toMillis());
		assertThat(defaults.jitter()).isEqualTo(properties.jitter());
	}

	@Test
	void aResumableStreamGoesByTheSettingsOfItsMethodAndAttemptsDoNotMultiply() {
		PolicyClock timer = new PolicyClock();
		PingService service = new PingService();
		AtomicReference<Throwable> error = new AtomicReference<>();
		try (GrpcHarness harness = GrpcHarness.netty()
			.service(service)
			.clientInterceptors(Retries.interceptor(timer, "jitter=0", "initial-backoff=7s", "overrides[0].methods=*",
					"overrides[0].max-attempts=3"))
			.start()) {
			ResumableStream
				.of(harness.async(), PingServiceGrpc.getPingListMethod(),
						(last) -> PingRequest.newBuilder().setError("error:UNAVAILABLE").build())
				.start(new StreamObserver<PingResponse>() {
					@Override
					public void onNext(PingResponse message) {
					}

					@Override
					public void onError(Throwable ex) {
						error.set(ex);
					}

					@Override
					public void onCompleted() {
					}
				});
			for (int seconds : new int[] { 7, 14 }) {
				await().until(() -> timer.scheduled().equals(List.of(Duration.ofSeconds(seconds))));
				timer.advance(Duration.ofSeconds(seconds));
			}
			await().until(() -> error.get() != null);
		}
		assertThat(Status.fromThrowable(error.get()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(service.calls).hasValue(3);
	}

}
