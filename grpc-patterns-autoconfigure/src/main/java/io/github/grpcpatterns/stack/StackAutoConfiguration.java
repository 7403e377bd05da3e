/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ActivePattern.Side;
import io.github.grpcpatterns.ConditionalOnPattern;
import io.github.grpcpatterns.internal.settings.SettingsAutoConfiguration;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for the line that is logged on startup, with the stacks and patterns
 * in use.
 */
@AutoConfiguration(
		after = { SettingsAutoConfiguration.class, NetDevhServerAutoConfiguration.class,
				SpringGrpcServerAutoConfiguration.class },
		afterName = { "net.devh.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration",
				"org.springframework.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration",
				"org.springframework.boot.grpc.client.autoconfigure.CompositeChannelFactoryAutoConfiguration" })
@ConditionalOnPattern
public final class StackAutoConfiguration {

	static final String NET_DEVH = "net.devh grpc-spring-boot-starter";

	static final String SPRING_GRPC = "Spring gRPC";

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsLibraryCheck")
	static BeanFactoryPostProcessor grpcPatternsLibraryCheck(Environment environment) {
		return new LibraryCheck(environment);
	}

	/**
	 * With {@code spring.main.lazy-initialization}, the server would be built after the
	 * checks that look at its methods, and checks would not run.
	 */
	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsEagerBeans")
	static LazyInitializationExcludeFilter grpcPatternsEagerBeans() {
		return (name, definition, type) -> name.startsWith("grpcPatterns") || ProcessSides.isServer(type);
	}

	@Bean
	@ConditionalOnMissingBean(name = "grpcPatternsStartLine")
	StartLine grpcPatternsStartLine(ObjectProvider<GrpcStack> stacks, ObjectProvider<ActivePattern> patterns,
			ObjectProvider<ServerExecutorName> executors, ApplicationContext context) {
		return new StartLine(stacks, patterns, executors, context);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory")
	@ConditionalOnBean(type = "net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory")
	static class NetDevhClientConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsNetDevhClientStack")
		GrpcStack grpcPatternsNetDevhClientStack() {
			return GrpcStack.of(Side.CLIENT, NET_DEVH,
					net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.springframework.grpc.client.GrpcChannelFactory")
	@ConditionalOnBean(type = "org.springframework.grpc.client.GrpcChannelFactory")
	static class SpringGrpcClientConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsSpringGrpcClientStack")
		GrpcStack grpcPatternsSpringGrpcClientStack() {
			return GrpcStack.of(Side.CLIENT, SPRING_GRPC, org.springframework.grpc.client.GrpcChannelFactory.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = { "org.springframework.grpc.server.GrpcServerFactory",
			"io.grpc.netty.NettyServerBuilder", "io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder" })
	static class SpringGrpcTransportConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "grpcPatternsShadedTransportCheck")
		ShadedTransportCheck grpcPatternsShadedTransportCheck(ListableBeanFactory beanFactory) {
			return new ShadedTransportCheck(beanFactory,
					org.springframework.grpc.server.ShadedNettyGrpcServerFactory.class,
					org.springframework.grpc.client.ShadedNettyGrpcChannelFactory.class);
		}

	}

}
