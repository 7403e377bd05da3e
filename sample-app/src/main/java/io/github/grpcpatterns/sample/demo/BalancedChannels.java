/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.demo;

import java.util.List;
import java.util.Map;

import net.devh.boot.grpc.client.channelfactory.GrpcChannelConfigurer;

import org.springframework.context.annotation.Bean;

/**
 * Spreads the calls of every channel over all addresses of its server, and leaves out
 * those whose health does not say that they serve. Imported by applications that only
 * call; not a {@code @Configuration}, so that the server's scan passes it by.
 */
public final class BalancedChannels {

	/**
	 * What a name server could say as well. The empty name is the health of the whole
	 * server; without {@code grpc-services} on the class path nobody would ask for it.
	 */
	private static final Map<String, ?> SERVICE_CONFIG = Map.of("loadBalancingConfig",
			List.of(Map.of("round_robin", Map.of())), "healthCheckConfig", Map.of("serviceName", ""));

	@Bean
	GrpcChannelConfigurer balancedChannels() {
		return (channel, name) -> channel.defaultServiceConfig(SERVICE_CONFIG);
	}

}
