/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.correlation;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.ServerInterceptorOrder;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for correlation ids on both sides.
 */
@AutoConfiguration
@ConditionalOnPattern("grpc.patterns.correlation")
@EnableConfigurationProperties(CorrelationProperties.class)
public final class CorrelationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsCorrelationServerInterceptor")
	CorrelationServerInterceptor grpcPatternsCorrelationServerInterceptor(CorrelationProperties properties) {
		return new CorrelationServerInterceptor(properties);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsCorrelationClientInterceptor")
	CorrelationClientInterceptor grpcPatternsCorrelationClientInterceptor(CorrelationProperties properties) {
		return new CorrelationClientInterceptor(properties);
	}

	@Bean
	@Order(ServerInterceptorOrder.CORRELATION)
	ActivePattern grpcPatternsCorrelationServerPattern() {
		return ActivePattern.server("correlation");
	}

	@Bean
	@Order(ClientInterceptorOrder.CORRELATION)
	ActivePattern grpcPatternsCorrelationClientPattern() {
		return ActivePattern.client("correlation");
	}

}
