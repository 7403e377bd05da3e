/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.health;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Spring Boot's health contributors and groups by their names.
 * <p>
 * The types of Boot 3 and Boot 4 have the same methods in different packages, so all
 * access is reflective.
 */
final class ApplicationHealth {

	private static final List<String> ENDPOINTS = List.of(
			"org.springframework.boot.health.actuate.endpoint.HealthEndpoint",
			"org.springframework.boot.actuate.health.HealthEndpoint");

	private static final List<String> GROUPS = List.of(
			"org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups",
			"org.springframework.boot.actuate.health.HealthEndpointGroups");

	private static final List<String> REGISTRIES = List.of(
			"org.springframework.boot.health.registry.HealthContributorRegistry",
			"org.springframework.boot.health.registry.ReactiveHealthContributorRegistry",
			"org.springframework.boot.actuate.health.HealthContributorRegistry");

	private static final List<String> RESULTS = List.of(
			"org.springframework.boot.health.actuate.endpoint.HealthDescriptor",
			"org.springframework.boot.health.contributor.HealthContributors$Entry",
			"org.springframework.boot.health.contributor.ReactiveHealthContributors$Entry",
			"org.springframework.boot.actuate.health.HealthComponent",
			"org.springframework.boot.actuate.health.NamedContributor");

	private final Object endpoint;

	private final Method healthForPath;

	private final Method status;

	private final ConfigurableListableBeanFactory beans;

	private ApplicationHealth(Object endpoint, ConfigurableListableBeanFactory beans) {
		this.endpoint = endpoint;
		this.healthForPath = method(ClassUtils.getUserClass(endpoint), "healthForPath", String[].class);
		this.status = method(this.healthForPath.getReturnType(), "getStatus");
		this.beans = beans;
	}

	/**
	 * Return the health of an application.
	 * @param beans its beans
	 * @return the health, or {@code null} where the application has no health endpoint
	 */
	static @Nullable ApplicationHealth find(ConfigurableListableBeanFactory beans) {
		return beans(beans, ENDPOINTS).findFirst()
			.map((endpoint) -> new ApplicationHealth(endpoint, beans))
			.orElse(null);
	}

	private static Stream<?> beans(ConfigurableListableBeanFactory beans, List<String> types) {
		ClassLoader classLoader = beans.getBeanClassLoader();
		return types.stream()
			.filter((type) -> ClassUtils.isPresent(type, classLoader))
			.flatMap((type) -> beans.getBeanProvider(ClassUtils.resolveClassName(type, classLoader)).stream());
	}

	private static Method method(Class<?> type, String name, Class<?>... parameters) {
		return ClassUtils.getInterfaceMethodIfPossible(ClassUtils.getMethod(type, name, parameters), type);
	}

	/**
	 * Return the names of all contributors and groups.
	 */
	Set<String> names() {
		Set<String> names = new TreeSet<>();
		beans(this.beans, REGISTRIES).forEach((registry) -> ((Iterable<?>) registry)
			.forEach((entry) -> names.add((String) invoke(entry, nameOf(entry)))));
		beans(this.beans, GROUPS)
			.forEach((groups) -> ((Iterable<?>) invoke(groups, method(groups.getClass(), "getNames")))
				.forEach((name) -> names.add((String) name)));
		return names;
	}

	private static Method nameOf(Object entry) {
		Class<?> type = entry.getClass();
		return method(type, ClassUtils.hasMethod(type, "name") ? "name" : "getName");
	}

	/**
	 * Ask a contributor or a group, on this thread.
	 * @param name its name, or a path below it such as {@code db/primary}
	 * @return the code of its status, such as {@code DOWN}
	 */
	String status(String name) {
		Object health = ReflectionUtils.invokeMethod(this.healthForPath, this.endpoint, (Object) name.split("/"));
		return (health != null) ? invoke(health, this.status).toString() : "UNKNOWN";
	}

	private static Object invoke(Object target, Method method) {
		ReflectionUtils.makeAccessible(method);
		try {
			return method.invoke(target);
		}
		catch (IllegalAccessException | InvocationTargetException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * For a native image.
	 */
	static final class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			Stream.of(ENDPOINTS, GROUPS, REGISTRIES, RESULTS)
				.flatMap(List::stream)
				.forEach((type) -> hints.reflection()
					.registerTypeIfPresent(classLoader, type, MemberCategory.INVOKE_PUBLIC_METHODS));
		}

	}

}
