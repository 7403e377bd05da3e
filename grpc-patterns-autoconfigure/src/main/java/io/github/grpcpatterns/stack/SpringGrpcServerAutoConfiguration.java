package io.github.grpcpatterns.stack;

import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.RegisteredMethods;
import io.github.grpcpatterns.ServerBuilderHook;
import io.grpc.ServerBuilder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.grpc.server.service.GrpcServiceConfigurer;

/**
 * Auto-configuration for servers of Boot's own gRPC, which is Spring gRPC.
 */
@AutoConfiguration(afterName = { "io.github.grpcpatterns.GrpcPatternsAutoConfiguration",
		"org.springframework.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration" })
@ConditionalOnPattern
@ConditionalOnClass(name = "org.springframework.grpc.server.ServerBuilderCustomizer")
@ConditionalOnBean(type = "org.springframework.grpc.server.service.GrpcServiceConfigurer")
public final class SpringGrpcServerAutoConfiguration {

	@Bean
	static BeanPostProcessor grpcPatternsSpringGrpcServices(ObjectProvider<RegisteredMethods> methods) {
		return new Services(methods);
	}

	// Typed to no builder: Boot drops a customizer of another builder without a word.
	@Bean
	ServerBuilderCustomizer<?> grpcPatternsSpringGrpcServerBuilderCustomizer(ObjectProvider<ServerBuilderHook> hooks) {
		return new Hooks<>(hooks);
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
			return (service, factory) -> this.methods.getObject().register(configurer.configure(service, factory));
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
