/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error.web;

import io.github.grpcpatterns.ConditionalOnPattern;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration for the responses of controllers whose calls fail.
 */
@AutoConfiguration
@ConditionalOnPattern(ProblemDetailsProperties.PREFIX)
@ConditionalOnWebApplication
@EnableConfigurationProperties(ProblemDetailsProperties.class)
public final class ProblemDetailsAutoConfiguration {

	/**
	 * For Spring MVC.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(
			name = { "org.springframework.web.servlet.HandlerExceptionResolver", "jakarta.servlet.ServletRequest" })
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	static class MvcConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsProblemHandlerExceptionResolver")
		ProblemHandlerExceptionResolver grpcPatternsProblemHandlerExceptionResolver() {
			return new ProblemHandlerExceptionResolver();
		}

	}

	/**
	 * For WebFlux.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = { "org.springframework.web.reactive.DispatcherHandler", "reactor.core.publisher.Mono" })
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	static class WebFluxConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsProblemWebExceptionHandler")
		ProblemWebExceptionHandler grpcPatternsProblemWebExceptionHandler() {
			return new ProblemWebExceptionHandler();
		}

	}

}
