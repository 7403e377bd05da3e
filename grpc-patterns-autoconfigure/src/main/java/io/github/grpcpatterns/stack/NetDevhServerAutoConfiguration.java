/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.Collection;
import java.util.Map;

import io.github.grpcpatterns.ActivePattern.Side;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.ServerBuilderHook;
import io.github.grpcpatterns.internal.call.ChainInterceptors;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.call.ServedMethodsChecks;
import io.grpc.ServerBuilder;
import net.devh.boot.grpc.server.config.GrpcServerProperties;
import net.devh.boot.grpc.server.event.GrpcServerLifecycleEvent;
import net.devh.boot.grpc.server.event.GrpcServerShutdownEvent;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import net.devh.boot.grpc.server.interceptor.GlobalServerInterceptorConfigurer;
import net.devh.boot.grpc.server.interceptor.GlobalServerInterceptorRegistry;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import net.devh.boot.grpc.server.serverfactory.GrpcServerFactory;
import net.devh.boot.grpc.server.service.AnnotationGrpcServiceDiscoverer;
import net.devh.boot.grpc.server.service.GrpcServiceDefinition;
import net.devh.boot.grpc.server.service.GrpcServiceDiscoverer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for servers of net.devh's starter.
 */
@AutoConfiguration(afterName = { "io.github.grpcpatterns.internal.call.CallAutoConfiguration",
		"net.devh.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration" })
@ConditionalOnPattern
@ConditionalOnClass(name = "net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer")
@ConditionalOnBean(type = "net.devh.boot.grpc.server.service.GrpcServiceDiscoverer")
public final class NetDevhServerAutoConfiguration {

	private static final Map<String, String> LIMITS = Map.of("max-connection-idle", "grpc.server.max-connection-idle",
			"max-connection-age", "grpc.server.max-connection-age", "max-connection-age-grace",
			"grpc.server.max-connection-age-grace", "permit-keep-alive-time", "grpc.server.permit-keep-alive-time");

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsNetDevhServices")
	static BeanPostProcessor grpcPatternsNetDevhServices(ObjectProvider<RegisteredMethods> methods) {
		return new Services(methods);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsNetDevhBuiltServers")
	static BeanPostProcessor grpcPatternsNetDevhBuiltServers(ObjectProvider<ServedMethodsChecks> checks) {
		return new BuiltServers(GrpcServerFactory.class, checks);
	}

	@Bean
	ChainInterceptors grpcPatternsNetDevhChainInterceptors(ObjectProvider<GlobalServerInterceptorRegistry> registry) {
		return () -> registry.getObject().getServerInterceptors();
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsNetDevhUnusedRequestScope")
	GlobalServerInterceptorConfigurer grpcPatternsNetDevhUnusedRequestScope(ConfigurableListableBeanFactory beans) {
		return new UnusedRequestScope(beans);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsNetDevhServerConfigurer")
	GrpcServerConfigurer grpcPatternsNetDevhServerConfigurer(ObjectProvider<ServerBuilderHook> hooks) {
		return new Hooks(hooks);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsNetDevhServerStack")
	GrpcStack grpcPatternsNetDevhServerStack() {
		return GrpcStack.of(Side.SERVER, StackAutoConfiguration.NET_DEVH, GrpcServerConfigurer.class);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsNetDevhServerEvents")
	SmartInitializingSingleton grpcPatternsNetDevhServerEvents(ObjectProvider<ServerLifecycleListener> listeners,
			ConfigurableApplicationContext context) {
		return new ServerEvents<>(GrpcServerLifecycleEvent.class, GrpcServerStartedEvent.class,
				GrpcServerShutdownEvent.class, GrpcServerLifecycleEvent::getServer, listeners)
			.addedTo(context);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsNetDevhServerBuilds")
	ServerBuilds grpcPatternsNetDevhServerBuilds(ObjectProvider<GrpcServerFactory> factories) {
		return () -> factories.orderedStream().map(GrpcServerFactory::createServer).toList();
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsNetDevhServer")
	StackServer grpcPatternsNetDevhServer(ObjectProvider<GrpcServerProperties> provider, Environment environment) {
		GrpcServerProperties properties = provider.getIfAvailable(GrpcServerProperties::new);
		return new StackServer(properties.getAddress(), "grpc.server.address", properties.getSecurity().isEnabled(),
				"grpc.server.security.enabled", "grpc.server.reflection-service-enabled",
				StackServer.limits(environment, LIMITS));
	}

	/**
	 * Passes the services of each discoverer, also of the application's own, through the
	 * registered methods.
	 */
	private record Services(ObjectProvider<RegisteredMethods> methods) implements BeanPostProcessor {

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			return (bean instanceof GrpcServiceDiscoverer discoverer) ? registering(discoverer) : bean;
		}

		private GrpcServiceDiscoverer registering(GrpcServiceDiscoverer discoverer) {
			return () -> {
				RegisteredMethods methods = this.methods.getObject();
				boolean binds = discoverer instanceof AnnotationGrpcServiceDiscoverer;
				Collection<GrpcServiceDefinition> services = discoverer.findGrpcServices();
				return services.stream()
					.map((service) -> new GrpcServiceDefinition(service.getBeanName(), service.getBeanClazz(),
							binds ? methods.bound(service.getDefinition()) : methods.register(service.getDefinition())))
					.toList();
			};
		}

	}

	/**
	 * First of all configurers, so that each of the application's may undo what a hook
	 * did.
	 */
	private record Hooks(ObjectProvider<ServerBuilderHook> hooks) implements GrpcServerConfigurer, PriorityOrdered {

		@Override
		public void accept(ServerBuilder<?> builder) {
			this.hooks.orderedStream().forEach((hook) -> hook.customize(builder));
		}

		@Override
		public int getOrder() {
			return Ordered.HIGHEST_PRECEDENCE;
		}

	}

}
