/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.tls;

import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelConfigurer;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

/**
 * Gives the transport what the SSL bundles {@code sample} and {@code sample-client} hold.
 * net.devh's starter has settings of its own for files, {@code grpc.server.security}, but
 * does not know bundles; Spring Boot's own gRPC server does
 * ({@code spring.grpc.server.ssl.bundle}).
 */
@Configuration(proxyBeanMethods = false)
@Profile("tls")
class TlsConfiguration {

	@Bean
	GrpcServerConfigurer tlsOfTheServer(SslBundles bundles,
			@Value("${sample.tls.client-auth:none}") ClientAuth clientAuth) {
		TransportSecurity security = new TransportSecurity(bundles.getBundle("sample"));
		return (ServerBuilder<?> builder) -> {
			if (builder instanceof NettyServerBuilder netty) {
				netty.sslContext(security.server(clientAuth));
			}
		};
	}

	@Bean
	GrpcChannelConfigurer tlsOfTheGateway(SslBundles bundles) {
		TransportSecurity security = new TransportSecurity(bundles.getBundle("sample-client"));
		return (ManagedChannelBuilder<?> builder, String name) -> {
			if (name.equals("gateway") && builder instanceof NettyChannelBuilder netty) {
				netty.sslContext(security.client());
			}
		};
	}

}
