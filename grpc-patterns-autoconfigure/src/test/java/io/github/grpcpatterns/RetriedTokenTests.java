/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.auth.AuthClientAutoConfiguration;
import io.github.grpcpatterns.auth.AuthClientInterceptor;
import io.github.grpcpatterns.auth.RelayedToken;
import io.github.grpcpatterns.auth.TokenSupplier;
import io.github.grpcpatterns.retry.RetryClientAutoConfiguration;
import io.github.grpcpatterns.retry.RetryClientInterceptor;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the tokens of calls that are retried.
 */
class RetriedTokenTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, RetryClientAutoConfiguration.class,
				AuthClientAutoConfiguration.class))
		.withPropertyValues("grpc.patterns.client.retry.initial-backoff=1ms");

	@Test
	void whenCallIsRetriedThenSupplierIsAskedForEachAttempt() {
		AtomicInteger asked = new AtomicInteger();
		this.runner.withBean(TokenSupplier.class, () -> (method) -> "t" + asked.incrementAndGet())
			.run((context) -> assertThat(
					call(context.getBean(RetryClientInterceptor.class), context.getBean(AuthClientInterceptor.class)))
				.containsExactly("Bearer t1", "Bearer t2", "Bearer t3"));
	}

	@Test
	void whenCallIsRetriedThenEachAttemptRelaysTheCallersToken() {
		this.runner.withPropertyValues("grpc.patterns.client.auth.relay=true")
			.run((context) -> RelayedToken.in(Context.current(), "relayed")
				.run(() -> assertThat(call(context.getBean(RetryClientInterceptor.class),
						context.getBean(AuthClientInterceptor.class)))
					.containsExactly("Bearer relayed", "Bearer relayed", "Bearer relayed")));
	}

	/**
	 * Make a call that is refused twice.
	 * @return the authorization of each attempt
	 */
	private static List<String> call(RetryClientInterceptor retry, AuthClientInterceptor auth) {
		List<String> received = new CopyOnWriteArrayList<>();
		try (GrpcHarness harness = GrpcHarness.netty()
			.clientInterceptors(retry, auth)
			.interceptors(new ServerInterceptor() {

				@Override
				public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call,
						Metadata headers, ServerCallHandler<ReqT, RespT> next) {
					received.add(headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER)));
					if (received.size() < 3) {
						call.close(Status.UNAVAILABLE, new Metadata());
						return new ServerCall.Listener<>() {
						};
					}
					return next.startCall(call, headers);
				}

			})
			.start()) {
			harness.blocking().ping(PingRequest.getDefaultInstance());
		}
		return received;
	}

}
