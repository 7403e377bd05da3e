/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.grpcpatterns.testing.EndedChannel;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the budgets of {@link RetryClientInterceptor}: one for each authority, of
 * which a client may make up any number.
 */
class RetryBudgetsTests {

	private final PolicyClock timer = new PolicyClock();

	private final RetryClientInterceptor interceptor = Retries.interceptor(this.timer, "max-attempts=2",
			"initial-backoff=1ms", "budget.max-tokens=4", "idempotent-only=false");

	@Test
	void aTargetThatFailsTakesNoRetryFromAnother() {
		assertThat(attempts("failing")).isEqualTo(2);
		assertThat(attempts("failing")).as("after its budget").isOne();
		assertThat(attempts("other")).isEqualTo(2);
	}

	@Test
	void authoritiesPastTheLimitShareABudget() {
		assertThat(attempts("first")).isEqualTo(2);
		for (int i = 0; i < 10_001; i++) {
			attempts("invented" + i);
		}
		assertThat(attempts("late")).isOne();
		assertThat(attempts("later")).isOne();
	}

	/**
	 * Make a call that fails, and count its attempts.
	 */
	private int attempts(String authority) {
		EndedChannel channel = new EndedChannel(authority, Status.UNAVAILABLE);
		CompletableFuture<Status> closed = new CompletableFuture<>();
		this.interceptor
			.interceptCall(PingServiceGrpc.getPingIdempotentMethod(), CallOptions.DEFAULT.withExecutor(Runnable::run),
					channel)
			.start(new ClientCall.Listener<>() {

				@Override
				public void onClose(Status status, Metadata trailers) {
					closed.complete(status);
				}

			}, new Metadata());
		if (!closed.isDone()) {
			this.timer.advance(Duration.ofMillis(10));
		}
		assertThat(closed).succeedsWithin(Duration.ofSeconds(10));
		return channel.calls.get();
	}

}
