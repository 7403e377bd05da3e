/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.util.NoSuchElementException;
import java.util.function.Consumer;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.ExceptionMapping;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.internal.status.CallEnding;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Metadata;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import jakarta.validation.ConstraintViolationException;
import net.devh.boot.grpc.server.advice.GrpcAdvice;
import net.devh.boot.grpc.server.autoconfigure.GrpcAdviceAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.server.advice.GrpcAdviceDiscoverer;
import org.springframework.grpc.server.advice.GrpcAdviceExceptionHandler;
import org.springframework.grpc.server.advice.GrpcExceptionHandlerMethodResolver;
import org.springframework.grpc.server.exception.GrpcExceptionHandler;
import org.springframework.grpc.server.security.SecurityGrpcExceptionHandler;
import org.springframework.security.access.AccessDeniedException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ErrorAutoConfiguration}.
 */
class ErrorAutoConfigurationTests {

	private static final Metadata.Key<String> OWN = Metadata.Key.of("own", Metadata.ASCII_STRING_MARSHALLER);

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(CallAutoConfiguration.class, ErrorAutoConfiguration.class, GrpcAdviceAutoConfiguration.class));

	@Test
	void itIsThereByDefaultAndComesBeforeTheBase() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(ErrorServerInterceptor.class)
				.hasSingleBean(ExceptionMapping.class)
				.hasSingleBean(RichStatus.class)
				.hasBean("grpcPatternsErrorServerInterceptor");
			assertThat(context.getBeansOfType(ActivePattern.class)).containsValue(ActivePattern.server("errors"));
			assertThat(map(context.getBean(ExceptionMapping.class), new NoSuchElementException()).getCode())
				.isEqualTo(Status.Code.NOT_FOUND);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "grpc.patterns.server.errors.enabled", "grpc.patterns.enabled" })
	void itIsAbsentWhenSwitchedOff(String property) {
		this.runner.withPropertyValues(property + "=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ErrorServerInterceptor.class)
				.doesNotHaveBean(StatusMapping.class));
	}

	@Test
	void withoutItExceptionsAreUnknown() {
		this.runner.withPropertyValues("grpc.patterns.server.errors.enabled=false")
			.run((context) -> assertThat(
					map(context.getBean(ExceptionMapping.class), new NoSuchElementException("secret")))
				.extracting(Status::getCode, Status::getDescription)
				.containsExactly(Status.Code.UNKNOWN, "unknown error"));
	}

	@Test
	void eachBeanBacksOffForTheUsersOwn() {
		ExceptionMapping mapping = (thrown, call) -> new CallEnding(Status.DATA_LOSS, new Metadata(), EndReason.FAILED);
		ServerInterceptor interceptor = TestCalls.handlerServerInterceptor();
		RichStatus richStatus = new RichStatus("own");
		this.runner.withBean(ExceptionMapping.class, () -> mapping)
			.withBean(RichStatus.class, () -> richStatus)
			.withBean("grpcPatternsErrorServerInterceptor", ServerInterceptor.class, () -> interceptor)
			.run((context) -> {
				assertThat(context).doesNotHaveBean(ErrorServerInterceptor.class);
				assertThat(context.getBean(ExceptionMapping.class)).isSameAs(mapping);
				assertThat(context.getBean(RichStatus.class)).isSameAs(richStatus);
			});
	}

	@Test
	void theDomainIsThatOfTheSettings() {
		this.runner.withPropertyValues("grpc.patterns.server.errors.domain=shop").run((context) -> {
			CallEnding ending = context.getBean(RichStatus.class).ending(EndReason.ACCESS_DENIED, null);
			assertThat(GrpcErrors.from(ending.status().asRuntimeException(ending.trailers())).domain())
				.isEqualTo("shop");
		});
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "jakarta.validation", "org.springframework.security", "net.devh", "org.springframework.grpc" })
	void anOptionalLibraryMayBeMissing(String library) {
		new ApplicationContextRunner().withClassLoader(new FilteredClassLoader(library))
			.withConfiguration(AutoConfigurations.of(ErrorAutoConfiguration.class))
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(StatusMapping.class);
				ExceptionMapping mapping = context.getBean(ExceptionMapping.class);
				assertThat(map(mapping, new NoSuchElementException()).getCode()).isEqualTo(Status.Code.NOT_FOUND);
				assertThat(map(mapping, new AccessDeniedException("")).getCode())
					.isEqualTo(library.endsWith("security") ? Status.Code.INTERNAL : Status.Code.PERMISSION_DENIED);
				assertThat(map(mapping, new ConstraintViolationException(null)).getCode())
					.isEqualTo(library.startsWith("jakarta") ? Status.Code.INTERNAL : Status.Code.INVALID_ARGUMENT);
			});
	}

	@Test
	void mappersAreAskedInTheirOrder() {
		this.runner.withUserConfiguration(Mappers.class)
			.run((context) -> assertThat(
					map(context.getBean(ExceptionMapping.class), new NoSuchElementException()).getDescription())
				.isEqualTo("first"));
	}

	@Test
	void mappingsAreResolvedAtTheStart() {
		this.runner
			.withPropertyValues("grpc.patterns.server.errors.mappings.java.lang.RuntimeException=ABORTED",
					"grpc.patterns.server.errors.mappings[" + Gone.class.getName() + "]=DATA_LOSS",
					"grpc.patterns.server.errors.mappings.java.lang.Error=INTERNAL")
			.run((context) -> {
				ExceptionMapping mapping = context.getBean(ExceptionMapping.class);
				assertThat(map(mapping, new NoSuchElementException()).getCode()).isEqualTo(Status.Code.ABORTED);
				assertThat(map(mapping, new Gone()).getCode()).isEqualTo(Status.Code.DATA_LOSS);
				assertThat(map(mapping, new Gone() {

					private static final long serialVersionUID = 1L;

				}).getCode()).isEqualTo(Status.Code.DATA_LOSS);
				assertThat(map(mapping, new AssertionError()).getDescription()).isEqualTo("internal error");
				assertThat(map(mapping, new Exception()).getCode()).isEqualTo(Status.Code.INTERNAL);
			});
	}

	@Test
	void anUnknownClassFailsTheStart() {
		String property = "grpc.patterns.server.errors.mappings.com.example.NoSuchException";
		assertFails(property + "=ABORTED", (ex) -> {
			assertThat(ex.setting()).isEqualTo(property);
			assertThat(ex.reason()).isEqualTo("There is no class com.example.NoSuchException.");
		});
		assertFails("grpc.patterns.server.errors.mappings.java.lang.String=ABORTED",
				(ex) -> assertThat(ex.reason()).isEqualTo("java.lang.String is not an exception."));
	}

	private void assertFails(String property, Consumer<SettingException> requirements) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.isInstanceOfSatisfying(SettingException.class, requirements));
	}

	@Test
	void theAdviceOfNetDevhIsAskedBeforeTheBuiltInTable() {
		this.runner.withUserConfiguration(NetDevhAdvice.class).run((context) -> {
			assertThat(context.getBean(NetDevhErrorHandlers.class)).isNotNull();
			ExceptionMapping mapping = context.getBean(ExceptionMapping.class);
			assertAdvised(mapping);
			assertThat(map(mapping, new UnsupportedOperationException()).getCode()).isEqualTo(Status.Code.INTERNAL);
		});
	}

	@Test
	void theAdviceAndHandlersOfSpringGrpcAreAskedBeforeTheBuiltInTable() {
		this.runner.withUserConfiguration(SpringGrpcHandlers.class).run((context) -> {
			ExceptionMapping mapping = context.getBean(ExceptionMapping.class);
			assertAdvised(mapping);
			assertThat(map(mapping, new UnsupportedOperationException())).satisfies((status) -> {
				assertThat(status.getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
				assertThat(status.getDescription()).isEqualTo("by handler");
			});
			assertThat(map(mapping, new AccessDeniedException("secret")).getDescription())
				.isEqualTo("permission denied");
		});
	}

	@Test
	void whatTheHandlersOfAStackKnowComesAfterMappings() {
		this.runner.withUserConfiguration(NetDevhAdvice.class, SpringGrpcHandlers.class)
			.withPropertyValues("grpc.patterns.server.errors.mappings.java.lang.IllegalStateException=DATA_LOSS")
			.run((context) -> assertThat(
					map(context.getBean(ExceptionMapping.class), new IllegalStateException()).getCode())
				.isEqualTo(Status.Code.DATA_LOSS));
	}

	private static void assertAdvised(ExceptionMapping mapping) {
		CallEnding ending = mapping.map(new IllegalStateException("secret"),
				TestCalls.ended(PingServiceGrpc.getPingMethod(), Status.OK, EndReason.COMPLETED));
		assertThat(ending.status().getCode()).isEqualTo(Status.Code.ABORTED);
		assertThat(ending.status().getDescription()).isEqualTo("by advice");
		assertThat(ending.trailers().get(OWN)).isEqualTo("value");
		assertThat(ending.reason()).isEqualTo(EndReason.FAILED);
		assertThat(map(mapping, new NoSuchElementException()).getCode()).isEqualTo(Status.Code.NOT_FOUND);
	}

	private static Status map(ExceptionMapping mapping, Throwable thrown) {
		return mapping.map(thrown, TestCalls.ended(PingServiceGrpc.getPingMethod(), Status.OK, EndReason.COMPLETED))
			.status();
	}

	private static Exception advised() {
		Metadata trailers = new Metadata();
		trailers.put(OWN, "value");
		return Status.ABORTED.withDescription("by advice").asException(trailers);
	}

	static class Gone extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

	@Configuration(proxyBeanMethods = false)
	static class Mappers {

		@Bean
		@Order(2)
		GrpcExceptionMapper second() {
			return (thrown) -> Status.ABORTED.withDescription("second").asException();
		}

		@Bean
		@Order(1)
		GrpcExceptionMapper first() {
			return (thrown) -> Status.ABORTED.withDescription("first").asException();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NetDevhAdvice {

		@Bean
		Advice advice() {
			return new Advice();
		}

		@GrpcAdvice
		public static class Advice {

			@net.devh.boot.grpc.server.advice.GrpcExceptionHandler(IllegalStateException.class)
			public Exception handle(IllegalStateException ex) {
				return advised();
			}

			@net.devh.boot.grpc.server.advice.GrpcExceptionHandler(UnsupportedOperationException.class)
			public Status fail(UnsupportedOperationException ex) {
				throw new IllegalArgumentException("secret");
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SpringGrpcHandlers {

		@Bean
		Advice springAdvice() {
			return new Advice();
		}

		@Bean
		GrpcAdviceDiscoverer springAdviceDiscoverer(org.springframework.context.ApplicationContext context) {
			return new GrpcAdviceDiscoverer(context);
		}

		@Bean
		GrpcExceptionHandlerMethodResolver springMethodResolver(GrpcAdviceDiscoverer discoverer) {
			return new GrpcExceptionHandlerMethodResolver(discoverer);
		}

		@Bean
		GrpcAdviceExceptionHandler springAdviceHandler(GrpcExceptionHandlerMethodResolver resolver) {
			return new GrpcAdviceExceptionHandler(resolver);
		}

		@Bean
		GrpcExceptionHandler handler() {
			return (thrown) -> (thrown instanceof UnsupportedOperationException)
					? Status.OUT_OF_RANGE.withDescription("by handler").asException() : null;
		}

		@Bean
		@Order(0)
		SecurityGrpcExceptionHandler securityHandler() {
			return new SecurityGrpcExceptionHandler();
		}

		@org.springframework.grpc.server.advice.GrpcAdvice
		public static class Advice {

			@org.springframework.grpc.server.advice.GrpcExceptionHandler
			public Exception handle(IllegalStateException ex) {
				return advised();
			}

		}

	}

}
