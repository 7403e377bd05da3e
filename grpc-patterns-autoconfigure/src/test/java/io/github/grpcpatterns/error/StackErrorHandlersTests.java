/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import net.devh.boot.grpc.server.advice.GrpcAdvice;
import net.devh.boot.grpc.server.advice.GrpcExceptionHandler;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link StackErrorHandlers}: on a real server of each stack, whose own
 * exception handler stands outside ours and must find nothing left to do.
 */
class StackErrorHandlersTests {

	private static final Metadata.Key<String> OWN = Metadata.Key.of("own", Metadata.ASCII_STRING_MARSHALLER);

	@ParameterizedTest
	@EnumSource
	void handlersOfTheStackAnswerOnce(TestStack stack) {
		Class<?> handlers = (stack == TestStack.NET_DEVH) ? NetDevhHandlers.class : SpringGrpcHandlers.class;
		stack.run(stack.runner().withUserConfiguration(handlers), (context, channel) -> {
			for (String way : new String[] { "throw:", "error:" }) {
				StatusRuntimeException advised = call(channel, way + "IllegalStateException");
				assertThat(advised.getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
				assertThat(advised.getStatus().getDescription()).isEqualTo("by advice");
				assertThat(advised.getTrailers().getAll(OWN)).containsExactly("value");
				assertThat(GrpcErrors.from(advised).reason()).isEqualTo("ABORTED");
				assertThat(GrpcErrors.from(advised).correlationId()).isNotNull();
				StatusRuntimeException unknown = call(channel, way + "UnsupportedOperationException");
				assertThat(unknown.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
				assertThat(unknown.getStatus().getDescription()).isEqualTo("unknown by advice");
				StatusRuntimeException builtIn = call(channel, way + "NoSuchElementException");
				assertThat(builtIn.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
				assertThat(builtIn.getStatus().getDescription()).isEqualTo("not found");
				StatusRuntimeException own = call(channel, way + "UNKNOWN");
				assertThat(own.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
				assertThat(own.getStatus().getDescription()).isEqualTo("as requested");
			}
		});
	}

	/**
	 * Without the error pattern the stack's handlers work as ever, and what they do not
	 * know says nothing.
	 */
	@ParameterizedTest
	@EnumSource
	void withoutThePatternTheyAnswerThemselves(TestStack stack) {
		Class<?> handlers = (stack == TestStack.NET_DEVH) ? NetDevhHandlers.class : SpringGrpcHandlers.class;
		stack.run(stack.runner()
			.withUserConfiguration(handlers)
			.withPropertyValues("grpc.patterns.server.errors.enabled=false"), (context, channel) -> {
				StatusRuntimeException advised = call(channel, "throw:IllegalStateException");
				assertThat(advised.getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
				assertThat(advised.getStatus().getDescription()).isEqualTo("by advice");
			});
	}

	private static StatusRuntimeException call(Channel channel, String error) {
		return catchThrowableOfType(StatusRuntimeException.class,
				() -> PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.newBuilder().setError(error).build()));
	}

	private static Exception answer() {
		Metadata trailers = new Metadata();
		trailers.put(OWN, "value");
		return Status.ABORTED.withDescription("by advice").asException(trailers);
	}

	private static Status unknown(Exception ex) {
		return Status.UNKNOWN.withDescription("unknown by advice").withCause(ex);
	}

	@Configuration(proxyBeanMethods = false)
	static class NetDevhHandlers {

		@Bean
		Advice advice() {
			return new Advice();
		}

		@GrpcAdvice
		public static class Advice {

			@GrpcExceptionHandler
			public Exception handle(IllegalStateException ex) {
				return answer();
			}

			@GrpcExceptionHandler
			public Status handle(UnsupportedOperationException ex) {
				return unknown(ex);
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SpringGrpcHandlers {

		@Bean
		Advice advice() {
			return new Advice();
		}

		@Bean
		org.springframework.grpc.server.exception.GrpcExceptionHandler handler() {
			return (thrown) -> (thrown instanceof UnsupportedOperationException ex) ? unknown(ex).asException() : null;
		}

		@org.springframework.grpc.server.advice.GrpcAdvice
		public static class Advice {

			@org.springframework.grpc.server.advice.GrpcExceptionHandler
			public Exception handle(IllegalStateException ex) {
				return answer();
			}

		}

	}

}
