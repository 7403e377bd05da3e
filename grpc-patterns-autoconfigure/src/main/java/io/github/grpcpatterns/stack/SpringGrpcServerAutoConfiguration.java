/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.net.InetAddress;
import java.util.Collection;
import java.util.Map;

import io.github.grpcpatterns.ActivePattern.Side;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.ServerBuilderHook;
import io.github.grpcpatterns.internal.call.ChainInterceptors;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.call.ServedMethodsChecks;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerExecutorProvider;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties.Netty;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties.Ssl;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.env.Environment;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.GrpcServerFactory;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycleEvent;
import org.springframework.grpc.server.lifecycle.GrpcServerShutdownEvent;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;
import org.springframework.grpc.server.service.DefaultGrpcServiceConfigurer;
import org.springframework.grpc.server.service.GrpcServiceConfigurer;

/**
 * Auto-configuration for servers of Boot's own gRPC, which is Spring gRPC.
 */
@AutoConfiguration(afterName = { "io.github.grpcpatterns.internal.call.CallAutoConfiguration",
		"org.springframework.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration" })
@ConditionalOnPattern
@ConditionalOnClass(name = { "org.springframework.grpc.server.ServerBuilderCustomizer",
		"org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties" })
@ConditionalOnBean(type = "org.springframework.grpc.server.service.GrpcServiceConfigurer")
public final class SpringGrpcServerAutoConfiguration {

	private static final Map<String, String> LIMITS = Map.of("max-connection-idle",
			"spring.grpc.server.keepalive.connection.max-idle-time", "max-connection-age",
			"spring.grpc.server.keepalive.connection.max-age", "max-connection-age-grace",
			"spring.grpc.server.keepalive.connection.grace-period", "permit-keep-alive-time",
			"spring.grpc.server.keepalive.permit.time");

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsSpringGrpcServices")
	static BeanPostProcessor grpcPatternsSpringGrpcServices(ObjectProvider<RegisteredMethods> methods) {
		return new Services(methods);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsSpringGrpcBuiltServers")
	static BeanPostProcessor grpcPatternsSpringGrpcBuiltServers(ObjectProvider<ServedMethodsChecks> checks) {
		return new BuiltServers(GrpcServerFactory.class, checks);
	}

	@Bean
	ChainInterceptors grpcPatternsSpringGrpcChainInterceptors(ListableBeanFactory beans,
			ObjectProvider<ServerInterceptor> interceptors) {
		return () -> {
			Collection<Object> global = beans.getBeansWithAnnotation(GlobalServerInterceptor.class).values();
			return interceptors.orderedStream().filter(global::contains).toList();
		};
	}

	// Typed to no builder: Boot drops a customizer of another builder without a word.
	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsSpringGrpcServerBuilderCustomizer")
	ServerBuilderCustomizer<?> grpcPatternsSpringGrpcServerBuilderCustomizer(ObjectProvider<ServerBuilderHook> hooks) {
		return new Hooks<>(hooks);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsSpringGrpcServerStack")
	GrpcStack grpcPatternsSpringGrpcServerStack() {
		return GrpcStack.of(Side.SERVER, StackAutoConfiguration.SPRING_GRPC, GrpcServiceConfigurer.class);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsSpringGrpcServerEvents")
	SmartInitializingSingleton grpcPatternsSpringGrpcServerEvents(ObjectProvider<ServerLifecycleListener> listeners,
			ConfigurableApplicationContext context) {
		return new ServerEvents<>(GrpcServerLifecycleEvent.class, GrpcServerStartedEvent.class,
				GrpcServerShutdownEvent.class, GrpcServerLifecycleEvent::getServer, listeners)
			.addedTo(context);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsSpringGrpcServerBuilds")
	ServerBuilds grpcPatternsSpringGrpcServerBuilds(ObjectProvider<GrpcServerFactory> factories) {
		return () -> factories.orderedStream().map(GrpcServerFactory::createServer).toList();
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsSpringGrpcServer")
	StackServer grpcPatternsSpringGrpcServer(ObjectProvider<GrpcServerProperties> provider, Environment environment) {
		GrpcServerProperties properties = provider.getIfAvailable(GrpcServerProperties::new);
		return new StackServer(address(properties), "spring.grpc.server.address", tls(properties.getSsl()),
				"spring.grpc.server.ssl.bundle", "spring.grpc.server.reflection.enabled",
				StackServer.limits(environment, LIMITS));
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsSpringGrpcExecutor")
	StackExecutor grpcPatternsSpringGrpcExecutor(ObjectProvider<GrpcServerExecutorProvider> provider) {
		return () -> {
			GrpcServerExecutorProvider executor = provider.getIfAvailable();
			return (executor != null) ? executor.getExecutor() : null;
		};
	}

	private static String address(GrpcServerProperties properties) {
		InetAddress address = properties.getAddress();
		Netty netty = properties.getNetty();
		String path = netty.getDomainSocketPath();
		if (path != null && netty.getTransport() != Netty.Transport.TCP) {
			return "unix:" + path;
		}
		return (address != null) ? address.getHostAddress() : "*";
	}

	private static boolean tls(Ssl ssl) {
		Boolean enabled = ssl.getEnabled();
		return (enabled != null) ? enabled : ssl.getBundle() != null;
	}

	/**
	 * Passes each service that a configurer, also one of the application's own, prepares
	 * for a server through the registered methods.
	 */
	private record Services(ObjectProvider<RegisteredMethods> methods) implements BeanPostProcessor {

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			return (bean instanceof GrpcServiceConfigurer configurer) ? registering(configurer) : bean;
		}

		private GrpcServiceConfigurer registering(GrpcServiceConfigurer configurer) {
			boolean binds = configurer instanceof DefaultGrpcServiceConfigurer;
			return (service, factory) -> {
				ServerServiceDefinition definition = configurer.configure(service, factory);
				RegisteredMethods methods = this.methods.getObject();
				return binds ? methods.bound(definition) : methods.register(definition);
			};
		}

	}

	/**
	 * First of all customizers, so that each of the application's may undo what a hook
	 * did.
	 *
	 * @param <T> any builder
	 */
	private record Hooks<T extends ServerBuilder<T>>(
			ObjectProvider<ServerBuilderHook> hooks) implements ServerBuilderCustomizer<T>, PriorityOrdered {

		@Override
		public void customize(T builder) {
			this.hooks.orderedStream().forEach((hook) -> hook.customize(builder));
		}

		@Override
		public int getOrder() {
			return Ordered.HIGHEST_PRECEDENCE;
		}

	}

}
