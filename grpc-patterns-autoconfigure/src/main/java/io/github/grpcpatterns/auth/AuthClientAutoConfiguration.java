/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the bearer tokens of a client.
 */
@AutoConfiguration(after = CallAutoConfiguration.class)
@ConditionalOnPattern("grpc.patterns.client.auth")
@EnableConfigurationProperties(AuthClientProperties.class)
public final class AuthClientAutoConfiguration {

	AuthClientAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsAuthClientInterceptor")
	AuthClientInterceptor grpcPatternsAuthClientInterceptor(AuthClientProperties properties,
			ObjectProvider<TokenSupplier> supplier) {
		return new AuthClientInterceptor(properties, supplier.getIfAvailable());
	}

	@Bean
	@Order(ClientInterceptorOrder.AUTH)
	ActivePattern grpcPatternsAuthClientPattern() {
		return ActivePattern.client("auth");
	}

}
