/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.LiveCalls;

import io.github.grpcpatterns.ServerBuilderHook;
import io.github.grpcpatterns.internal.call.ServletTransport;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for the shutdown of servers.
 */
@AutoConfiguration(afterName = "io.github.grpcpatterns.internal.call.CallAutoConfiguration")
@ConditionalOnPattern(ShutdownProperties.PREFIX)
@EnableConfigurationProperties(ShutdownProperties.class)
public final class ShutdownAutoConfiguration {

	@Bean
	ServerDrain grpcPatternsServerDrain(ShutdownProperties properties, LiveCalls calls, Environment environment) {
		return new ServerDrain(properties.preStopDelay(CloudPlatform.KUBERNETES.isActive(environment)),
				properties.drainTimeout(), calls);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsShutdownServerBuilderHook")
	ServerBuilderHook grpcPatternsShutdownServerBuilderHook(ServerDrain drain) {
		return (builder) -> {
			if (ServletTransport.of(builder)) {
				drain.inContainer();
			}
		};
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsShutdownListener")
	ApplicationListener<ContextClosedEvent> grpcPatternsShutdownListener(ServerDrain drain,
			ObjectProvider<ReportedHealth> health, ApplicationContext context) {
		return new ClosingListener(drain, health, context);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsShutdownServerInterceptor")
	ShutdownServerInterceptor grpcPatternsShutdownServerInterceptor(ServerDrain drain,
			ObjectProvider<ReportedHealth> health) {
		return new ShutdownServerInterceptor(drain, health.getIfAvailable());
	}

	@Bean
	@Order(ServerInterceptorOrder.SHUTDOWN)
	ActivePattern grpcPatternsShutdownServerPattern() {
		return ActivePattern.server("shutdown");
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "io.grpc.health.v1.HealthCheckResponse")
	static class HealthConfiguration {

		@Bean
		ReportedHealth grpcPatternsReportedHealth() {
			return new ReportedHealth();
		}

	}

}
