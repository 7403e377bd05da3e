package io.github.grpcpatterns.retry;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
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

	private final AtomicInteger attempts = new AtomicInteger();

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
		this.attempts.set(0);
		CompletableFuture<Status> closed = new CompletableFuture<>();
		this.interceptor
			.interceptCall(PingServiceGrpc.getPingIdempotentMethod(), CallOptions.DEFAULT.withExecutor(Runnable::run),
					new Failing(authority))
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
		return this.attempts.get();
	}

	private final class Failing extends Channel {

		private final String authority;

		Failing(String authority) {
			this.authority = authority;
		}

		@Override
		public String authority() {
			return this.authority;
		}

		@Override
		public <ReqT, RespT> ClientCall<ReqT, RespT> newCall(MethodDescriptor<ReqT, RespT> method,
				CallOptions callOptions) {
			RetryBudgetsTests.this.attempts.incrementAndGet();
			return new ClientCall<>() {

				@Override
				public void start(Listener<RespT> listener, Metadata headers) {
					listener.onClose(Status.UNAVAILABLE, new Metadata());
				}

				@Override
				public void request(int numMessages) {
				}

				@Override
				public void cancel(String message, Throwable cause) {
				}

				@Override
				public void halfClose() {
				}

				@Override
				public void sendMessage(ReqT message) {
				}

			};
		}

	}

}
