/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.validation;

import build.buf.protovalidate.Validator;
import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.call.RegisteredMethods;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the validation of requests with protovalidate. A
 * {@link Validator} bean of the application is used if it exists. Without protovalidate,
 * only the mapping of {@code ConstraintViolationException} remains, which belongs to the
 * errors.
 */
@AutoConfiguration(after = CallAutoConfiguration.class)
@ConditionalOnPattern(ValidationServerProperties.PREFIX)
@EnableConfigurationProperties(ValidationServerProperties.class)
public final class ValidationServerAutoConfiguration {

	/**
	 * With protovalidate on the class path.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = { "build.buf.protovalidate.Validator", "dev.cel.bundle.Cel", "com.google.re2j.Pattern" })
	static class RulesConfiguration {

		@Bean
		RequestValidator grpcPatternsValidationServerValidator(ObjectProvider<Validator> validator) {
			return new RequestValidator(validator.getIfAvailable());
		}

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsValidationServerInterceptor")
		ValidationServerInterceptor grpcPatternsValidationServerInterceptor(RequestValidator validator) {
			return new ValidationServerInterceptor(validator);
		}

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsValidationServerRuleCheck")
		RuleCheck grpcPatternsValidationServerRuleCheck(RegisteredMethods methods, RequestValidator validator) {
			return new RuleCheck(methods, validator);
		}

		@Bean
		@Order(ServerInterceptorOrder.VALIDATION)
		ActivePattern grpcPatternsValidationServerPattern() {
			return ActivePattern.server("validation");
		}

	}

	/**
	 * Without it.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("build.buf.protovalidate.Validator")
	static class ExceptionsConfiguration {

		@Bean
		@Order(ServerInterceptorOrder.VALIDATION)
		ActivePattern grpcPatternsValidationServerPattern() {
			return ActivePattern.server("validation (of ConstraintViolationException only, without protovalidate)");
		}

	}

}
