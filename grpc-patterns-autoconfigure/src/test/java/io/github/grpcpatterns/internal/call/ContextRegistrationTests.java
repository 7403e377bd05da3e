/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.micrometer.context.ContextRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ContextRegistration}, in the registry of the process.
 */
class ContextRegistrationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class));

	private static boolean registered() {
		return ContextRegistry.getInstance()
			.getThreadLocalAccessors()
			.stream()
			.anyMatch((accessor) -> accessor.key().equals("grpc.patterns.context"));
	}

	@Test
	void theAccessorIsRegisteredWhileAnApplicationLives() {
		assertThat(registered()).isFalse();
		this.runner.run((context) -> assertThat(registered()).isTrue());
		assertThat(registered()).isFalse();
	}

	@Test
	void aClosedApplicationTakesTheAccessorFromNoOther() {
		this.runner.run((context) -> {
			this.runner.run((other) -> assertThat(registered()).isTrue());
			assertThat(registered()).isTrue();
		});
		assertThat(registered()).isFalse();
	}

	@Test
	void anApplicationThatFailsToStartLeavesNothing() {
		this.runner.withBean("broken", Object.class, () -> {
			throw new IllegalStateException("broken");
		}).run((context) -> assertThat(context).hasFailed());
		assertThat(registered()).isFalse();
	}

	@Test
	void withoutContextPropagationNothingIsRegistered() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer.context")).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(registered()).isFalse();
		});
	}

	@Test
	void switchedOffNothingIsRegistered() {
		this.runner.withPropertyValues("grpc.patterns.enabled=false")
			.run((context) -> assertThat(registered()).isFalse());
	}

}
