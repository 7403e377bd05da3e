/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.grpc.ClientInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AuthClientAutoConfiguration}.
 */
class AuthClientAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuthClientAutoConfiguration.class, CallAutoConfiguration.class));

	@Test
	void whenNothingIsSetThenInterceptorIsThere() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(AuthClientInterceptor.class);
			assertThat(context.getBean(AuthClientInterceptor.class).getOrder()).isEqualTo(ClientInterceptorOrder.AUTH);
			assertThat(context.getBeansOfType(ActivePattern.class)).containsValue(ActivePattern.client("auth"));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "grpc.patterns.client.auth.enabled=false", "grpc.patterns.enabled=false" })
	void whenSwitchedOffThenNothingIsThere(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).doesNotHaveBean(AuthClientInterceptor.class));
	}

	@Test
	void whenUserHasAnInterceptorOfTheNameThenOursStaysAway() {
		ClientInterceptor own = TestCalls.callClientInterceptor(new PolicyClock());
		this.runner.withBean("grpcPatternsAuthClientInterceptor", ClientInterceptor.class, () -> own)
			.run((context) -> assertThat(context).doesNotHaveBean(AuthClientInterceptor.class));
	}

	@Test
	void whenThereIsASupplierBeanThenItIsAsked() {
		AtomicInteger asked = new AtomicInteger();
		this.runner.withBean(TokenSupplier.class, () -> (method) -> "t0k3n" + asked.incrementAndGet())
			.run((context) -> {
				try (GrpcHarness harness = GrpcHarness.netty()
					.clientInterceptors(context.getBean(AuthClientInterceptor.class))
					.start()) {
					harness.blocking().ping(PingRequest.getDefaultInstance());
				}
				assertThat(asked).hasValue(1);
			});
	}

	@Test
	void whenSettingIsUnknownThenStartFails() {
		this.runner.withPropertyValues("grpc.patterns.client.auth.tokn=t0k3n")
			.run((context) -> assertThat(context).hasFailed());
	}

}
