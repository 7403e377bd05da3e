/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PolicyClock;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.resilience4j.micrometer.tagged.TaggedRetryMetricsPublisher;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryRegistry;
import io.grpc.ClientInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RetryClientAutoConfiguration}.
 */
class RetryClientAutoConfigurationTests {

	private static final String INTERCEPTOR = "grpcPatternsRetryClientInterceptor";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(RetryClientAutoConfiguration.class, CallAutoConfiguration.class));

	@Test
	void whenNothingIsSetThenClientsRetry() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(RetryClientInterceptor.class).hasSingleBean(RetryRegistry.class);
			assertThat(context.getBean(RetryClientInterceptor.class).getOrder())
				.isEqualTo(ClientInterceptorOrder.RETRY);
			assertThat(context.getBeansOfType(ActivePattern.class)).containsValue(ActivePattern.client("retry"));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "grpc.patterns.client.retry.enabled=false", "grpc.patterns.enabled=false" })
	void whenSwitchedOffThenNothingIsThere(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).doesNotHaveBean(RetryClientInterceptor.class)
				.doesNotHaveBean(RetryRegistry.class));
	}

	@Test
	void whenResilience4jIsMissingThenNothingIsThere() {
		this.runner.withClassLoader(new FilteredClassLoader(Retry.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RetryClientInterceptor.class));
	}

	@Test
	void whenMicrometerIsMissingThenClientsRetryWithoutMeters() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer", "io.github.resilience4j.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(RetryClientInterceptor.class)
				.doesNotHaveBean("grpcPatternsRetryMeters"));
	}

	@Test
	void whenUserHasAnInterceptorOfTheNameThenOursStaysAway() {
		ClientInterceptor own = TestCalls.callClientInterceptor(new PolicyClock());
		this.runner.withBean(INTERCEPTOR, ClientInterceptor.class, () -> own)
			.run((context) -> assertThat(context).doesNotHaveBean(RetryClientInterceptor.class));
	}

	@Test
	void whenUserHasARegistryThenItIsUsed() {
		RetryRegistry own = RetryRegistry.ofDefaults();
		this.runner.withBean("own", RetryRegistry.class, () -> own).run((context) -> {
			assertThat(context).hasSingleBean(RetryRegistry.class);
			call(context.getBean(RetryClientInterceptor.class), context.getBean(CallTimer.class));
			assertThat(own.getAllRetries()).extracting(Retry::getName)
				.containsExactly("grpcpatterns.testing.v1.PingService/Ping");
		});
	}

	@Test
	void whenThereIsAMeterRegistryThenResilience4jsMetersWork() {
		this.runner.withBean(SimpleMeterRegistry.class).run((context) -> {
			call(context.getBean(RetryClientInterceptor.class), context.getBean(CallTimer.class));
			assertThat(context.getBean(MeterRegistry.class)
				.get("resilience4j.retry.calls")
				.tag("name", "grpcpatterns.testing.v1.PingService/Ping")
				.tag("kind", "successful_without_retry")
				.functionCounter()
				.count()).isEqualTo(1);
		});
	}

	@Test
	void whenResilience4jsStarterHasMetersThenOursStayAway() {
		this.runner.withBean(SimpleMeterRegistry.class)
			.withBean(TaggedRetryMetricsPublisher.class,
					() -> new TaggedRetryMetricsPublisher(new SimpleMeterRegistry()))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(RetryClientInterceptor.class)
				.doesNotHaveBean("grpcPatternsRetryMeters"));
	}

	@Test
	void whenSettingIsUnknownThenStartFails() {
		this.runner.withPropertyValues("grpc.patterns.client.retry.max-atempts=3")
			.run((context) -> assertThat(context).hasFailed());
	}

	private static void call(ClientInterceptor interceptor, CallTimer timer) {
		try (GrpcHarness harness = GrpcHarness.inProcess().clientInterceptors(interceptor).timer(timer).start()) {
			harness.blocking().ping(PingRequest.getDefaultInstance());
		}
	}

}
