/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import io.github.grpcpatterns.testing.TestStack;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what {@code spring.main.lazy-initialization=true} must not change.
 */
class LazyInitializationTests {

	private static ApplicationContextRunner lazy(TestStack stack) {
		return stack.runner()
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()));
	}

	@ParameterizedTest
	@EnumSource
	void aServerWithoutASourceOfKeysDoesNotStart(TestStack stack) {
		lazy(stack).withPropertyValues("grpc.patterns.server.auth.public-methods=")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("no source of keys"));
	}

	@ParameterizedTest
	@EnumSource
	void aMethodPatternThatMatchesNothingFailsTheStart(TestStack stack) {
		lazy(stack)
			.withPropertyValues("grpc.patterns.server.deadline.overrides[0].methods=nobody.Service/Method",
					"grpc.patterns.server.deadline.overrides[0].default=1s")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("grpc.patterns.server.deadline.overrides[0].methods")
				.hasMessageContaining("did you mean"));
	}

	@ParameterizedTest
	@EnumSource
	void noBeanOfOursIsLeftForLater(TestStack stack) {
		lazy(stack).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBeanFactory().getBeanDefinitionNames())
				.filteredOn((name) -> name.startsWith("grpcPatterns"))
				.isNotEmpty()
				.allMatch(context.getBeanFactory()::containsSingleton);
		});
	}

}
