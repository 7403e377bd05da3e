/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.ServerBuilderHook;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.stack.GrpcStack;
import io.github.grpcpatterns.stack.StackServer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.ResourceLoader;

/**
 * Auto-configuration for the limits and checks of the transport.
 */
@AutoConfiguration
@ConditionalOnPattern("grpc.patterns.server.transport")
@EnableConfigurationProperties(TransportProperties.class)
public final class TransportAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsTransportLimits")
	ServerBuilderHook grpcPatternsTransportLimits(TransportProperties properties, ObjectProvider<StackServer> servers) {
		return new TransportLimits(properties, servers.stream().toList());
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsTransportGuards")
	TransportGuards grpcPatternsTransportGuards(TransportProperties properties, VersionCheck versions,
			ObjectProvider<StackServer> servers, RegisteredMethods methods) {
		return new TransportGuards(properties, versions, servers.stream().toList(), methods);
	}

	@Bean
	VersionCheck grpcPatternsVersionCheck(TransportProperties properties, ObjectProvider<GrpcStack> stacks,
			ResourceLoader resources) {
		return new VersionCheck(properties.versionFloor(), stacks, NettyTransport.present(resources.getClassLoader()));
	}

	@Bean
	ActivePattern grpcPatternsTransportPattern() {
		return ActivePattern.server("transport");
	}

}
