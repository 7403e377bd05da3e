/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the meters of outbound calls.
 */
@AutoConfiguration(after = CallAutoConfiguration.class,
		afterName = {
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
				"org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass(name = "io.micrometer.core.instrument.MeterRegistry")
@ConditionalOnPattern(MetricsClientProperties.PREFIX)
@EnableConfigurationProperties(MetricsClientProperties.class)
public final class MetricsClientAutoConfiguration {

	/**
	 * With something to put the meters in.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(type = "io.micrometer.core.instrument.MeterRegistry")
	static class MetersConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsMetricsClientInterceptor")
		MetricsClientInterceptor grpcPatternsMetricsClientInterceptor(MeterRegistry registry, CallTimer timer,
				MetricsClientProperties properties, ObjectProvider<MethodSettingsSource> sources) {
			return new MetricsClientInterceptor(registry, timer, properties,
					new PossibleRefusals(ActivePattern.Side.CLIENT, sources));
		}

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsAttemptMetricsClientInterceptor")
		AttemptMetricsClientInterceptor grpcPatternsAttemptMetricsClientInterceptor(MeterRegistry registry) {
			return new AttemptMetricsClientInterceptor(registry);
		}

		@Bean
		@Order(ClientInterceptorOrder.METRICS)
		ActivePattern grpcPatternsMetricsClientPattern() {
			return ActivePattern.client("metrics");
		}

	}

	/**
	 * Without it, as in an application without the actuator: that must not go unnoticed.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(type = "io.micrometer.core.instrument.MeterRegistry")
	static class InactiveConfiguration {

		@Bean
		@Order(ClientInterceptorOrder.METRICS)
		ActivePattern grpcPatternsMetricsClientPattern() {
			return ActivePattern.client("metrics (inactive, without a MeterRegistry bean)");
		}

	}

}
