/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.deadline;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.internal.call.Admission;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.settings.MethodPatterns;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the deadlines of inbound calls.
 */
@AutoConfiguration(after = CallAutoConfiguration.class)
@ConditionalOnPattern(DeadlineServerProperties.PREFIX)
@EnableConfigurationProperties(DeadlineServerProperties.class)
public final class DeadlineServerAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsDeadlineServerInterceptor")
	DeadlineServerInterceptor grpcPatternsDeadlineServerInterceptor(DeadlineServerProperties properties,
			CallTimer timer) {
		return new DeadlineServerInterceptor(properties, timer);
	}

	@Bean
	@Nullable Admission<?> grpcPatternsDeadlineServerAdmission(ObjectProvider<DeadlineServerInterceptor> interceptor) {
		DeadlineServerInterceptor ours = interceptor.getIfAvailable();
		return (ours != null) ? ours.admission() : null;
	}

	@Bean
	MethodPatterns grpcPatternsDeadlineServerMethods(DeadlineServerProperties properties) {
		return properties.methodOverrides().patterns();
	}

	@Bean
	@Order(ServerInterceptorOrder.DEADLINE)
	ActivePattern grpcPatternsDeadlineServerPattern() {
		return ActivePattern.server("deadline");
	}

}
