/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.util.Map;

import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.ServerBuilder;
import io.grpc.Status;
import io.grpc.reflection.v1.ServerReflectionGrpc;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.grpc.server.exception.GrpcExceptionHandler;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;

/**
 * Boot's own gRPC.
 */
final class SpringGrpcStack implements Stack {

	@Override
	public String name() {
		return "Spring gRPC";
	}

	@Override
	public Map<String, String> properties() {
		return Run.servlet() ? Map.of("spring.grpc.server.servlet.enabled", "true", "server.http2.enabled", "true")
				: Map.of("spring.grpc.server.address", "127.0.0.1", "spring.grpc.server.port", "0");
	}

	@Override
	public Map<String, String> clientOnly() {
		return Map.of("spring.grpc.server.enabled", "false");
	}

	@Override
	public Class<?> configuration() {
		return Beans.class;
	}

	@Override
	public int port(ApplicationContext context) {
		return Run.servlet() ? context.getEnvironment().getRequiredProperty("local.server.port", Integer.class)
				: context.getBean(StartedServer.class).port;
	}

	@Override
	public Channel channel(ApplicationContext context, int port) {
		return context.getBean(GrpcChannelFactory.class).createChannel("static://127.0.0.1:" + port);
	}

	@Override
	public MethodDescriptor<?, ?> reflection() {
		return ServerReflectionGrpc.getServerReflectionInfoMethod();
	}

	@Configuration(proxyBeanMethods = false)
	static class Beans {

		@Bean
		StartedServer startedServer() {
			return new StartedServer();
		}

		@Bean
		<T extends ServerBuilder<T>> ServerBuilderCustomizer<T> userCustomizer(
				ObjectProvider<UserCustomizer> customizers) {
			return (builder) -> customizers.forEach((customizer) -> customizer.customize(builder));
		}

		@Bean
		GrpcExceptionHandler userHandler() {
			return (ex) -> {
				if (ex instanceof UserException) {
					return UserException.answer();
				}
				return (ex instanceof ArithmeticException) ? Status.OUT_OF_RANGE.asException() : null;
			};
		}

	}

	static class StartedServer {

		private int port;

		@EventListener
		void started(GrpcServerStartedEvent event) {
			this.port = event.getServer().getPort();
		}

	}

}
