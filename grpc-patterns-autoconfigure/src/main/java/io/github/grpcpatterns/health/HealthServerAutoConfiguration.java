/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.health;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.SettingException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * Auto-configuration for the health that a server of net.devh's starter reports.
 */
@AutoConfiguration(after = CallAutoConfiguration.class,
		afterName = { "net.devh.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration",
				"org.springframework.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration" })
@ConditionalOnPattern(HealthServerProperties.PREFIX)
@EnableConfigurationProperties(HealthServerProperties.class)
@ImportRuntimeHints(ApplicationHealth.Hints.class)
public final class HealthServerAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(type = "net.devh.boot.grpc.server.service.GrpcServiceDiscoverer")
	static class NetDevhConfiguration {

		@Bean
		@Nullable HealthIndicators grpcPatternsHealthIndicators(HealthServerProperties properties, CallTimer timer,
				ConfigurableListableBeanFactory beans) {
			return properties.indicators().isEmpty() ? null : HealthIndicators.of(properties, timer, beans);
		}

		@Bean
		@Nullable ActivePattern grpcPatternsHealthServerPattern(HealthServerProperties properties) {
			return properties.indicators().isEmpty() ? null : ActivePattern.server("health");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(type = "org.springframework.grpc.server.service.GrpcServiceConfigurer")
	static class SpringGrpcConfiguration {

		SpringGrpcConfiguration(HealthServerProperties properties) {
			if (!properties.indicators().isEmpty()) {
				throw new SettingException(HealthServerProperties.PREFIX + ".indicators",
						String.join(", ", properties.indicators()),
						"Applies to net.devh's starter only, because Spring Boot's own gRPC server reports the "
								+ "application's health itself.",
						"Remove the setting. Spring Boot's server reports the health of all contributors "
								+ "('spring.grpc.server.health.include-overall-health'), and of some of them under "
								+ "the name of a service ('spring.grpc.server.health.service.<name>.include').");
			}
		}

	}

}
