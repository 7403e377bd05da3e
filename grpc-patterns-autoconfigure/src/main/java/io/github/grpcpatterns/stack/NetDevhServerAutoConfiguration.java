package io.github.grpcpatterns.stack;

import java.util.Collection;

import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.RegisteredMethods;
import io.github.grpcpatterns.ServerBuilderHook;
import io.grpc.ServerBuilder;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import net.devh.boot.grpc.server.service.GrpcServiceDefinition;
import net.devh.boot.grpc.server.service.GrpcServiceDiscoverer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;

/**
 * Auto-configuration for servers of net.devh's starter.
 */
@AutoConfiguration(afterName = { "io.github.grpcpatterns.GrpcPatternsAutoConfiguration",
		"net.devh.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration" })
@ConditionalOnPattern
@ConditionalOnClass(name = "net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer")
@ConditionalOnBean(type = "net.devh.boot.grpc.server.service.GrpcServiceDiscoverer")
public final class NetDevhServerAutoConfiguration {

	@Bean
	static BeanPostProcessor grpcPatternsNetDevhServices(ObjectProvider<RegisteredMethods> methods) {
		return new Services(methods);
	}

	@Bean
	GrpcServerConfigurer grpcPatternsNetDevhServerConfigurer(ObjectProvider<ServerBuilderHook> hooks) {
		return new Hooks(hooks);
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
				Collection<GrpcServiceDefinition> services = discoverer.findGrpcServices();
				return services.stream()
					.map((service) -> new GrpcServiceDefinition(service.getBeanName(), service.getBeanClazz(),
							methods.register(service.getDefinition())))
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
