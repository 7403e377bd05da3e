/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.util.List;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.ExceptionMapping;
import io.github.grpcpatterns.internal.status.RichStatus;
import net.devh.boot.grpc.server.advice.GrpcAdviceExceptionHandler;
import net.devh.boot.grpc.server.advice.GrpcExceptionHandlerMethodResolver;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.server.exception.GrpcExceptionHandler;

/**
 * Auto-configuration for the errors of a server. The exception mapping and status details
 * that it provides for all patterns replace the simple ones of the base.
 */
@AutoConfiguration
@ConditionalOnPattern("grpc.patterns.server.errors")
@EnableConfigurationProperties(ErrorServerProperties.class)
public final class ErrorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	RichStatus grpcPatternsErrorRichStatus(ErrorServerProperties properties) {
		return new RichStatus(properties.domain());
	}

	@Bean
	@ConditionalOnMissingBean(ExceptionMapping.class)
	StatusMapping grpcPatternsErrorExceptionMapping(RichStatus richStatus, ErrorServerProperties properties,
			ConfigurableBeanFactory beanFactory, ObjectProvider<GrpcExceptionMapper> mappers,
			ObjectProvider<StackErrorHandlers> handlers, ObjectProvider<KnownErrors> builtIn) {
		return new StatusMapping(richStatus, properties, mappers.orderedStream().toList(),
				new ConfiguredErrors(properties.mappings(), beanFactory.getBeanClassLoader()),
				handlers.orderedStream().toList(), builtIn.orderedStream().toList());
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsErrorServerInterceptor")
	ErrorServerInterceptor grpcPatternsErrorServerInterceptor(RichStatus richStatus) {
		return new ErrorServerInterceptor(richStatus);
	}

	@Bean
	@Order(ServerInterceptorOrder.ERRORS)
	ActivePattern grpcPatternsErrorServerPattern() {
		return ActivePattern.server("errors");
	}

	@Bean
	JavaErrors grpcPatternsJavaErrors() {
		return new JavaErrors();
	}

	/**
	 * With Spring Security on the class path.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.springframework.security.access.AccessDeniedException")
	static class SecurityConfiguration {

		@Bean
		SecurityErrors grpcPatternsSecurityErrors() {
			return new SecurityErrors();
		}

	}

	/**
	 * With Jakarta Validation on the class path.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "jakarta.validation.ConstraintViolationException")
	static class ValidationConfiguration {

		@Bean
		ValidationErrors grpcPatternsValidationErrors() {
			return new ValidationErrors();
		}

	}

	/**
	 * With net.devh's stack on the class path; without {@code @GrpcAdvice} it has no
	 * handler.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "net.devh.boot.grpc.server.advice.GrpcAdviceExceptionHandler")
	static class NetDevhConfiguration {

		@Bean
		@Order(1)
		StackErrorHandlers grpcPatternsNetDevhErrorHandlers(ObjectProvider<GrpcExceptionHandlerMethodResolver> resolver,
				ObjectProvider<GrpcAdviceExceptionHandler> handler) {
			return handlers(resolver.orderedStream().toList(), handler.orderedStream().toList());
		}

		private static StackErrorHandlers handlers(List<GrpcExceptionHandlerMethodResolver> resolvers,
				List<GrpcAdviceExceptionHandler> handlers) {
			if (resolvers.isEmpty() || handlers.isEmpty()) {
				return (thrown, call) -> null;
			}
			return new NetDevhErrorHandlers(resolvers.get(0), handlers.get(0));
		}

	}

	/**
	 * With Spring gRPC on the class path.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.springframework.grpc.server.exception.GrpcExceptionHandler")
	static class SpringGrpcConfiguration {

		@Bean
		@Order(2)
		SpringGrpcErrorHandlers grpcPatternsSpringGrpcErrorHandlers(ObjectProvider<GrpcExceptionHandler> handlers) {
			return new SpringGrpcErrorHandlers(handlers.orderedStream().toList());
		}

	}

}
