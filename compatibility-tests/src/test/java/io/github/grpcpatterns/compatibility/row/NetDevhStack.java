/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.util.Map;

import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.reflection.v1alpha.ServerReflectionGrpc;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;
import net.devh.boot.grpc.server.advice.GrpcAdvice;
import net.devh.boot.grpc.server.advice.GrpcExceptionHandler;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/**
 * net.devh's starter.
 */
final class NetDevhStack implements Stack {

	@Override
	public String name() {
		return "net.devh grpc-spring-boot-starter";
	}

	@Override
	public Map<String, String> properties() {
		return Map.of("grpc.server.address", "127.0.0.1", "grpc.server.port", "0",
				"grpc.client.GLOBAL.negotiation-type", "plaintext");
	}

	@Override
	public Map<String, String> clientOnly() {
		return Map.of("grpc.server.port", "-1");
	}

	@Override
	public Class<?> configuration() {
		return Beans.class;
	}

	@Override
	public int port(ApplicationContext context) {
		return context.getBean(StartedServer.class).port;
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
		GrpcServerConfigurer userConfigurer(ObjectProvider<UserCustomizer> customizers) {
			return (builder) -> customizers.forEach((customizer) -> customizer.customize(builder));
		}

		@Bean
		UserAdvice userAdvice() {
			return new UserAdvice();
		}

	}

	static class StartedServer {

		private int port;

		@EventListener
		void started(GrpcServerStartedEvent event) {
			this.port = event.getPort();
		}

	}

	@GrpcAdvice
	public static class UserAdvice {

		@GrpcExceptionHandler
		public Throwable handle(UserException ex) {
			return UserException.answer();
		}

		@GrpcExceptionHandler
		public Status handle(ArithmeticException ex) {
			return Status.OUT_OF_RANGE;
		}

	}

}
