/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.redis;

import java.time.Duration;
import java.util.Arrays;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.sample.SampleInstance;
import io.github.grpcpatterns.sample.product.v1.GetProductRequest;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for one rate limit that two instances hold together.
 */
class SharedRateLimitTests {

	private static final int BURST = 10;

	@RegisterExtension
	private final RedisExtension redis = new RedisExtension();

	private SampleInstance start(String... more) {
		String[] properties = { "spring.profiles.active=redis", this.redis.url(), "sample.prices.interval=0",
				"grpc.patterns.server.rate-limit.calls-per-second=0.001",
				"grpc.patterns.server.rate-limit.burst=" + BURST, "grpc.patterns.server.rate-limit.store-timeout=2s" };
		String[] all = Arrays.copyOf(properties, properties.length + more.length);
		System.arraycopy(more, 0, all, properties.length, more.length);
		return SampleInstance.start(all);
	}

	@Test
	void instancesCountTogetherWhileRedisIsThereAndEachForItselfWhileItIsAway() {
		try (SampleInstance one = start(); SampleInstance other = start()) {
			assertThat(passes(one, "alice", 4) + passes(other, "alice", 20) + passes(one, "alice", 20))
				.isEqualTo(BURST);
			assertThat(passes(other, "bob", 20) + passes(one, "bob", 20)).isEqualTo(BURST);
			this.redis.stop();
			assertThat(passes(one, "alice", 20)).isEqualTo(BURST);
			assertThat(passes(other, "alice", 20)).isEqualTo(BURST);
			this.redis.start();
			// It has forgotten everything. What one instance takes, the other sees again.
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
				String subject = "after-" + System.nanoTime();
				return passes(one, subject, BURST) + passes(other, subject, BURST) == BURST;
			});
		}
	}

	@Test
	void whereItIsAskedForCallsAreRefusedWhileRedisIsAway() {
		try (SampleInstance instance = start("grpc.patterns.server.rate-limit.on-store-failure=reject")) {
			assertThat(passes(instance, "alice", 1)).isOne();
			this.redis.stop();
			GrpcErrors refused = GrpcErrors.from(call(instance, "alice"));
			assertThat(refused.reason()).isEqualTo("RATE_LIMITED");
			assertThat(refused.retryDelay()).isEqualTo(Duration.ofSeconds(1));
			assertThat(passes(instance, "alice", 20)).isZero();
			this.redis.start();
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> passes(instance, "alice", 1) == 1);
		}
	}

	private static int passes(SampleInstance instance, String subject, int calls) {
		int passes = 0;
		for (int i = 0; i < calls; i++) {
			StatusRuntimeException end = call(instance, subject);
			passes += (end.getStatus().getCode() == Code.NOT_FOUND) ? 1 : 0;
		}
		return passes;
	}

	private static StatusRuntimeException call(SampleInstance instance, String subject) {
		Throwable end = catchThrowable(() -> ProductServiceGrpc.newBlockingStub(instance.channel(subject))
			.getProduct(GetProductRequest.newBuilder().setId("none").build()));
		assertThat(end).isInstanceOf(StatusRuntimeException.class);
		return (StatusRuntimeException) end;
	}

}
