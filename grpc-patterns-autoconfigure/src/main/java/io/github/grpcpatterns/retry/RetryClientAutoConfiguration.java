/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.resilience4j.micrometer.tagged.TaggedRetryMetrics;
import io.github.resilience4j.retry.RetryRegistry;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for the retries of a client. A {@link RetryRegistry} of the
 * application, or of Resilience4j's own starter, is used if it exists.
 */
@AutoConfiguration(after = CallAutoConfiguration.class,
		afterName = { "io.github.resilience4j.springboot3.retry.autoconfigure.RetryAutoConfiguration",
				"io.github.resilience4j.springboot3.retry.autoconfigure.RetryMetricsAutoConfiguration",
				"io.github.resilience4j.springboot.retry.autoconfigure.RetryAutoConfiguration",
				"io.github.resilience4j.springboot.retry.autoconfigure.RetryMetricsAutoConfiguration" })
@ConditionalOnClass(name = { "io.github.resilience4j.retry.Retry", "io.github.resilience4j.core.IntervalFunction" })
@ConditionalOnPattern("grpc.patterns.client.retry")
@EnableConfigurationProperties(RetryClientProperties.class)
public final class RetryClientAutoConfiguration {

	RetryClientAutoConfiguration(Environment environment) {
		ChannelRetrySettings.warn(environment);
	}

	@Bean
	@ConditionalOnMissingBean
	RetryRegistry grpcPatternsRetryRegistry() {
		return RetryRegistry.ofDefaults();
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsRetryClientInterceptor")
	RetryClientInterceptor grpcPatternsRetryClientInterceptor(RetryClientProperties properties, CallTimer timer,
			RetryRegistry registry) {
		return new RetryClientInterceptor(properties, timer, registry);
	}

	@Bean
	@Order(ClientInterceptorOrder.RETRY)
	ActivePattern grpcPatternsRetryClientPattern() {
		return ActivePattern.client("retry");
	}

	/**
	 * Resilience4j's own meters, unless its starter has brought them already.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = { "io.micrometer.core.instrument.MeterRegistry",
			"io.github.resilience4j.micrometer.tagged.TaggedRetryMetrics" })
	@ConditionalOnMissingBean(type = { "io.github.resilience4j.micrometer.tagged.TaggedRetryMetrics",
			"io.github.resilience4j.micrometer.tagged.TaggedRetryMetricsPublisher" })
	static class Meters {

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsRetryMeters")
		SmartInitializingSingleton grpcPatternsRetryMeters(RetryRegistry retries,
				ObjectProvider<MeterRegistry> meters) {
			return () -> meters.ifAvailable((registry) -> TaggedRetryMetrics.ofRetryRegistry(retries).bindTo(registry));
		}

	}

}
