/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.logging;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.ConditionalOnPattern;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the log lines of outbound calls.
 */
@AutoConfiguration
@ConditionalOnPattern(LoggingClientProperties.PREFIX)
@EnableConfigurationProperties(LoggingClientProperties.class)
public final class LoggingClientAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsLoggingClientInterceptor")
	LoggingClientInterceptor grpcPatternsLoggingClientInterceptor(LoggingClientProperties properties) {
		return new LoggingClientInterceptor(properties);
	}

	@Bean
	@Order(ClientInterceptorOrder.LOGGING)
	ActivePattern grpcPatternsLoggingClientPattern() {
		return ActivePattern.client("logging");
	}

}
