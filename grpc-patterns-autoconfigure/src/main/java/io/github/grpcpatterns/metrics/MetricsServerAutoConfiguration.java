/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.call.UnknownMethodListener;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.micrometer.core.instrument.Counter;
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
 * Auto-configuration for the meters of inbound calls.
 */
@AutoConfiguration(after = CallAutoConfiguration.class,
		afterName = {
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
				"org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass(name = "io.micrometer.core.instrument.MeterRegistry")
@ConditionalOnPattern(MetricsServerProperties.PREFIX)
@EnableConfigurationProperties(MetricsServerProperties.class)
public final class MetricsServerAutoConfiguration {

	/**
	 * With something to put the meters in.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(type = "io.micrometer.core.instrument.MeterRegistry")
	static class MetersConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsMetricsServerInterceptor")
		MetricsServerInterceptor grpcPatternsMetricsServerInterceptor(MeterRegistry registry, CallTimer timer,
				MetricsServerProperties properties, ObjectProvider<MethodSettingsSource> sources) {
			return new MetricsServerInterceptor(registry, timer, properties,
					new PossibleRefusals(ActivePattern.Side.SERVER, sources));
		}

		@Bean
		RegisteredMeters grpcPatternsRegisteredMeters(ObjectProvider<MetricsServerInterceptor> interceptor,
				RegisteredMethods methods) {
			return new RegisteredMeters(interceptor, methods);
		}

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsUnknownMethodCounter")
		UnknownMethodListener grpcPatternsUnknownMethodCounter(MeterRegistry registry) {
			Counter counter = Counter.builder("grpc.patterns.server.unknown.methods")
				.description("Calls of unknown methods.")
				.register(registry);
			return counter::increment;
		}

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsAuthOutcomeCounters")
		AuthOutcomeListener grpcPatternsAuthOutcomeCounters(MeterRegistry registry) {
			Counter[] counters = new Counter[AuthOutcomeListener.Outcome.values().length];
			for (AuthOutcomeListener.Outcome outcome : AuthOutcomeListener.Outcome.values()) {
				counters[outcome.ordinal()] = Counter.builder("grpc.patterns.server.auth")
					.description("Calls by authentication outcome.")
					.tag("outcome", outcome.tag())
					.register(registry);
			}
			return (call, outcome) -> counters[outcome.ordinal()].increment();
		}

		/**
		 * Static, and without the registry: filters are applied before the first meter.
		 */
		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsRegisteredMethodMeterFilter")
		static RegisteredMethodMeterFilter grpcPatternsRegisteredMethodMeterFilter(RegisteredMethods methods) {
			return new RegisteredMethodMeterFilter(methods);
		}

		@Bean
		@Order(ServerInterceptorOrder.METRICS)
		ActivePattern grpcPatternsMetricsServerPattern() {
			return ActivePattern.server("metrics");
		}

	}

	/**
	 * Without it, as in an application without the actuator: that must not go unnoticed.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(type = "io.micrometer.core.instrument.MeterRegistry")
	static class InactiveConfiguration {

		@Bean
		@Order(ServerInterceptorOrder.METRICS)
		ActivePattern grpcPatternsMetricsServerPattern() {
			return ActivePattern.server("metrics (inactive, without a MeterRegistry bean)");
		}

	}

}
