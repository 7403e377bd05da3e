/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.deadline;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.ConditionalOnPattern;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the deadlines of outbound calls.
 */
@AutoConfiguration
@ConditionalOnPattern(DeadlineClientProperties.PREFIX)
@EnableConfigurationProperties(DeadlineClientProperties.class)
public final class DeadlineClientAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsDeadlineClientInterceptor")
	DeadlineClientInterceptor grpcPatternsDeadlineClientInterceptor(DeadlineClientProperties properties) {
		return new DeadlineClientInterceptor(properties);
	}

	@Bean
	@Order(ClientInterceptorOrder.DEADLINE)
	ActivePattern grpcPatternsDeadlineClientPattern() {
		return ActivePattern.client("deadline");
	}

}
