/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TruthTable;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import net.devh.boot.grpc.server.advice.GrpcAdvice;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.exception.GrpcExceptionHandler;

/**
 * The {@link TruthTable} on a real transport of either stack.
 */
class TruthTableTests {

	@ParameterizedTest
	@EnumSource(TestStack.class)
	void wireLogMetersAndObservationAgree(TestStack stack) {
		stack.run(stack.runner()
			.withUserConfiguration(TruthTable.Application.class, Application.class)
			.withPropertyValues(TruthTable.SETTINGS), TruthTable::check);
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		MeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		Advice advice() {
			return new Advice();
		}

		@Bean
		GrpcExceptionHandler exceptionHandler() {
			return (thrown) -> (thrown instanceof ArithmeticException) ? Status.OUT_OF_RANGE.asException() : null;
		}

	}

	@GrpcAdvice
	public static class Advice {

		@net.devh.boot.grpc.server.advice.GrpcExceptionHandler
		public Status handle(ArithmeticException ex) {
			return Status.OUT_OF_RANGE;
		}

	}

}
