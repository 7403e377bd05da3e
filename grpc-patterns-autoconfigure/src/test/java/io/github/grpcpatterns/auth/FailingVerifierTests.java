/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A {@link TokenVerifier} that fails, on either stack: the call ends as the mapping of
 * errors says, as if the handler had thrown it.
 */
class FailingVerifierTests {

	@ParameterizedTest
	@EnumSource
	void callEndsAsTheMappingSays(TestStack stack) {
		stack.run(stack.runner()
			.withUserConfiguration(Verifier.class)
			.withPropertyValues("grpc.patterns.server.auth.public-methods="), (context, channel) -> {
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				PingServiceGrpc.PingServiceBlockingStub stub = PingServiceGrpc.newBlockingStub(channel);
				fails(stub, "unknown", Status.Code.INTERNAL, "internal error", registry);
				fails(stub, "state", Status.Code.FAILED_PRECONDITION, "failed precondition", registry);
				fails(stub, "error", Status.Code.INTERNAL, "internal error", registry);
			});
	}

	private static void fails(PingServiceGrpc.PingServiceBlockingStub stub, String token, Status.Code code,
			String description, MeterRegistry registry) {
		double before = count(registry, code);
		StatusRuntimeException ex = catchThrowableOfType(StatusRuntimeException.class,
				() -> stub.withInterceptors(Tokens.bearer(token)).ping(PingRequest.getDefaultInstance()));
		assertThat(ex.getStatus().getCode()).isEqualTo(code);
		assertThat(ex.getStatus().getDescription()).isEqualTo(description);
		Awaitility.await().untilAsserted(() -> assertThat(count(registry, code)).isEqualTo(before + 1));
	}

	private static double count(MeterRegistry registry, Status.Code code) {
		return registry.find("rpc.server.call.duration")
			.tag("rpc.response.status_code", code.name())
			.timers()
			.stream()
			.mapToDouble((timer) -> timer.count())
			.sum();
	}

	@Configuration(proxyBeanMethods = false)
	static class Verifier {

		@Bean
		MeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		TokenVerifier tokenVerifier() {
			return (token) -> {
				if (token.equals("unknown")) {
					throw new ArithmeticException("secret");
				}
				if (token.equals("error")) {
					throw new StackOverflowError("secret");
				}
				throw new IllegalStateException("secret");
			};
		}

	}

}
