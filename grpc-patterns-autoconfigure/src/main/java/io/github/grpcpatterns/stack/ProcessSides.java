/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The sides of gRPC that this process has, as far as settings and bean definitions tell.
 * No bean is made to find out.
 *
 * @param environment the settings
 * @param beanFactory the definitions
 */
record ProcessSides(Environment environment, ConfigurableListableBeanFactory beanFactory) {

	/** What runs a server, of each stack. */
	private static final List<String> SERVERS = List.of("net.devh.boot.grpc.server.serverfactory.GrpcServerLifecycle",
			"org.springframework.grpc.server.lifecycle.GrpcServerLifecycle",
			"org.springframework.boot.grpc.server.GrpcServletRegistration");

	private static final List<ConfigurationPropertyName> CHANNELS = List.of(ConfigurationPropertyName.of("grpc.client"),
			ConfigurationPropertyName.of("spring.grpc.client.channel"));

	private static final List<String> CLIENTS = List.of("io.grpc.Channel", "io.grpc.stub.AbstractStub");

	private static final String INJECT = "net.devh.boot.grpc.client.inject.";

	private static final List<String> INJECTIONS = List.of(INJECT + "GrpcClient", INJECT + "GrpcClientBean",
			INJECT + "GrpcClientBeans");

	/**
	 * Return whether the process has a server.
	 */
	boolean server() {
		return SERVERS.stream().anyMatch(this::hasBean);
	}

	/**
	 * Return the names of the types that tell.
	 */
	static Stream<String> types() {
		return Stream.of(SERVERS, CLIENTS, INJECTIONS).flatMap(List::stream);
	}

	/**
	 * Return whether beans of a type run a server.
	 */
	static boolean isServer(Class<?> type) {
		return SERVERS.contains(type.getName());
	}

	/**
	 * Return whether the process has clients: it configures a channel, or declares one or
	 * a stub.
	 */
	boolean client() {
		return configuresChannel() || CLIENTS.stream().anyMatch(this::hasBean) || injectsClient();
	}

	private boolean configuresChannel() {
		return StreamSupport.stream(ConfigurationPropertySources.get(this.environment).spliterator(), false)
			.filter(IterableConfigurationPropertySource.class::isInstance)
			.flatMap((source) -> ((IterableConfigurationPropertySource) source).stream())
			.anyMatch((name) -> CHANNELS.stream().anyMatch((channels) -> channels.isAncestorOf(name)));
	}

	private boolean hasBean(String type) {
		ClassLoader classLoader = this.beanFactory.getBeanClassLoader();
		return ClassUtils.isPresent(type, classLoader) && this.beanFactory
			.getBeanNamesForType(ClassUtils.resolveClassName(type, classLoader), true, false).length > 0;
	}

	/** net.devh's annotations are on the beans that use a client. */
	private boolean injectsClient() {
		return ClassUtils.isPresent(INJECTIONS.get(0), this.beanFactory.getBeanClassLoader())
				&& Arrays.stream(this.beanFactory.getBeanDefinitionNames())
					.map((name) -> this.beanFactory.getType(name, false))
					.anyMatch(ProcessSides::injectsClient);
	}

	private static boolean injectsClient(@Nullable Class<?> type) {
		if (type == null || type.getName().startsWith("org.springframework.")) {
			return false;
		}
		List<AnnotatedElement> elements = new ArrayList<>(List.of(type));
		try {
			ReflectionUtils.doWithFields(type, elements::add);
			ReflectionUtils.doWithMethods(type, elements::add, (method) -> method.getDeclaringClass() != Object.class);
			Arrays.stream(type.getDeclaredConstructors())
				.forEach((constructor) -> elements.addAll(Arrays.asList(constructor.getParameters())));
		}
		catch (LinkageError | IllegalStateException ex) {
			return false; // refers to a class that is not there, so nothing is injected
		}
		return elements.stream()
			.map(MergedAnnotations::from)
			.anyMatch((annotations) -> INJECTIONS.stream().anyMatch(annotations::isPresent));
	}

}
