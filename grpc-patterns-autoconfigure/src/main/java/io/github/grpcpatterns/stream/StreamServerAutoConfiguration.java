/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.ServerBuilderHook;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.ServletTransport;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.MethodPatterns;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the limits of inbound streams.
 */
@AutoConfiguration
@ConditionalOnPattern(StreamServerProperties.PREFIX)
@EnableConfigurationProperties(StreamServerProperties.class)
public final class StreamServerAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsStreamServerInterceptor")
	StreamServerInterceptor grpcPatternsStreamServerInterceptor(StreamServerProperties properties, CallTimer timer) {
		return new StreamServerInterceptor(properties, timer);
	}

	/**
	 * A servlet container reads on, and keeps what nobody asked for without bound.
	 */
	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsStreamServerServletCheck")
	ServerBuilderHook grpcPatternsStreamServerServletCheck(StreamServerProperties properties) {
		return (builder) -> {
			if (ServletTransport.of(builder)) {
				properties.refuseInboundRate();
			}
		};
	}

	@Bean
	MethodPatterns grpcPatternsStreamServerMethods(StreamServerProperties properties) {
		return properties.methodOverrides().patterns();
	}

	@Bean
	@Order(ServerInterceptorOrder.STREAM)
	ActivePattern grpcPatternsStreamServerPattern() {
		return ActivePattern.server("stream");
	}

}
