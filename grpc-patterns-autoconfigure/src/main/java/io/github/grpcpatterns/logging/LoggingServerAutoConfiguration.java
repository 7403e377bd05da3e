/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.logging;

import java.util.List;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.settings.MethodPatterns;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for the log lines of inbound calls.
 */
@AutoConfiguration
@ConditionalOnPattern(LoggingServerProperties.PREFIX)
@EnableConfigurationProperties(LoggingServerProperties.class)
public final class LoggingServerAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsLoggingServerInterceptor")
	LoggingServerInterceptor grpcPatternsLoggingServerInterceptor(LoggingServerProperties properties) {
		return new LoggingServerInterceptor(properties);
	}

	/**
	 * The default names services that need not be there.
	 */
	@Bean
	MethodPatterns grpcPatternsLoggingServerMethods(LoggingServerProperties properties, Environment environment) {
		boolean set = Binder.get(environment)
			.bind(LoggingServerProperties.PREFIX + ".exclude", Bindable.listOf(String.class))
			.isBound();
		return set ? properties.excluded() : new MethodPatterns(List.of());
	}

	@Bean
	@Order(ServerInterceptorOrder.LOGGING)
	ActivePattern grpcPatternsLoggingServerPattern() {
		return ActivePattern.server("logging");
	}

}
