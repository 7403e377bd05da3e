/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.github.grpcpatterns.correlation.CorrelationAutoConfiguration;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.metrics.MetricsClientAutoConfiguration;
import io.github.grpcpatterns.metrics.MetricsServerAutoConfiguration;
import io.grpc.ClientInterceptor;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each pattern that the imports file names steps back for each reason to. What a pattern
 * needs beside that is in its own tests.
 */
class BackOffTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(autoConfigurations().toArray(Class<?>[]::new)))
		.withBean(MeterRegistry.class, SimpleMeterRegistry::new);

	private static Stream<Class<?>> autoConfigurations() {
		ClassLoader classLoader = BackOffTests.class.getClassLoader();
		return StreamSupport.stream(ImportCandidates.load(AutoConfiguration.class, classLoader).spliterator(), false)
			.filter((name) -> name.startsWith("io.github.grpcpatterns."))
			.map((name) -> ClassUtils.resolveClassName(name, classLoader));
	}

	/**
	 * The patterns whose calls pass an interceptor.
	 */
	static List<Pattern> patterns() {
		List<Pattern> patterns = autoConfigurations()
			.filter((type) -> type.isAnnotationPresent(ConditionalOnPattern.class))
			.map((type) -> new Pattern(type.getAnnotation(ConditionalOnPattern.class).value(), interceptors(type)))
			.filter((pattern) -> !pattern.prefix().equals("grpc.patterns") && !pattern.interceptors().isEmpty())
			.toList();
		assertThat(patterns).hasSizeGreaterThan(10);
		return patterns;
	}

	/**
	 * The beans in an auto-configuration and the configurations in it.
	 */
	private static List<String> interceptors(Class<?> configuration) {
		List<String> names = new ArrayList<>();
		for (Method method : configuration.getDeclaredMethods()) {
			if (method.isAnnotationPresent(Bean.class) && method.isAnnotationPresent(ConditionalOnMissingBean.class)
					&& (ServerInterceptor.class.isAssignableFrom(method.getReturnType())
							|| ClientInterceptor.class.isAssignableFrom(method.getReturnType()))) {
				names.add(method.getName());
			}
		}
		for (Class<?> nested : configuration.getDeclaredClasses()) {
			names.addAll(interceptors(nested));
		}
		return names;
	}

	private static TreeSet<String> patternsOn(ApplicationContext context) {
		TreeSet<String> names = new TreeSet<>();
		context.getBeanProvider(ActivePattern.class)
			.stream()
			.forEach((pattern) -> names.add(pattern.side() + " " + pattern.name()));
		return names;
	}

	@ParameterizedTest
	@MethodSource("patterns")
	void whenAPatternIsSwitchedOffThenItAloneIsGone(Pattern pattern) {
		this.runner.run((all) -> this.runner.withPropertyValues(pattern.prefix() + ".enabled=false").run((context) -> {
			assertThat(context).hasNotFailed();
			pattern.interceptors().forEach((bean) -> assertThat(context).doesNotHaveBean(bean));
			TreeSet<String> gone = patternsOn(all);
			gone.removeAll(patternsOn(context));
			assertThat(gone).allSatisfy((name) -> assertThat(pattern.prefix()).endsWith(name.split(" ")[1]));
		}));
	}

	@Test
	void whenNothingIsSetThenMostPatternsAreOn() {
		this.runner
			.run((context) -> assertThat(patterns().stream().flatMap((pattern) -> pattern.interceptors().stream()))
				.filteredOn(context::containsBean)
				.hasSizeGreaterThan(12));
	}

	@Test
	void whenAllIsSwitchedOffThenNothingIsThere() {
		this.runner.withPropertyValues("grpc.patterns.enabled=false").run((context) -> {
			assertThat(patternsOn(context)).isEmpty();
			assertThat(context).doesNotHaveBean(ServerInterceptor.class).doesNotHaveBean(ClientInterceptor.class);
		});
	}

	@ParameterizedTest
	@MethodSource("patterns")
	void whenUserHasABeanOfTheNameThenOursStaysAway(Pattern pattern) {
		for (String bean : pattern.interceptors()) {
			this.runner.withBean(bean, String.class, () -> "the user's")
				.run((context) -> assertThat(context.getBean(bean)).isEqualTo("the user's"));
		}
	}

	/**
	 * All of our beans, with conditions that hold here or not.
	 */
	private static List<Method> beans() {
		List<Method> beans = new ArrayList<>();
		autoConfigurations().forEach((type) -> collectBeans(type, beans));
		assertThat(beans).hasSizeGreaterThan(80);
		return beans;
	}

	private static void collectBeans(Class<?> configuration, List<Method> beans) {
		for (Method method : configuration.getDeclaredMethods()) {
			if (method.isAnnotationPresent(Bean.class)) {
				beans.add(method);
			}
		}
		for (Class<?> nested : configuration.getDeclaredClasses()) {
			collectBeans(nested, beans);
		}
	}

	/**
	 * Whether an application can name the type. The others are parts that beans of ours
	 * are made of, and {@link ActivePattern} only describes what is there.
	 */
	private static boolean nameable(Class<?> type) {
		return Modifier.isPublic(type.getModifiers()) && type != ActivePattern.class
				&& !type.getName().startsWith("io.github.grpcpatterns.internal.");
	}

	private static List<String> backingOffByName() {
		return beans().stream()
			.filter((bean) -> bean.isAnnotationPresent(ConditionalOnMissingBean.class))
			.filter((bean) -> bean.getAnnotation(ConditionalOnMissingBean.class).name().length > 0)
			.map(Method::getName)
			.distinct()
			.toList();
	}

	@Test
	void everyBeanOfATypeThatAnApplicationCanNameBacksOff() {
		assertThat(beans()).filteredOn((bean) -> nameable(bean.getReturnType()))
			.allSatisfy((bean) -> assertThat(bean.isAnnotationPresent(ConditionalOnMissingBean.class)).isTrue());
	}

	@Test
	void aBeanThatBacksOffByNameBacksOffForItsOwn() {
		assertThat(beans()).filteredOn((bean) -> bean.isAnnotationPresent(ConditionalOnMissingBean.class))
			.allSatisfy((bean) -> {
				List<String> names = List.of(bean.getAnnotation(ConditionalOnMissingBean.class).name());
				assertThat(names.isEmpty() || names.contains(bean.getName())).isTrue();
			});
	}

	@Test
	void allOfThemCanBackOffAtOnce() {
		ApplicationContextRunner theirs = this.runner;
		for (String bean : backingOffByName()) {
			theirs = theirs.withBean(bean, String.class, () -> "the user's");
		}
		theirs.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(backingOffByName())
				.allSatisfy((bean) -> assertThat(context.getBean(bean)).isEqualTo("the user's"));
		});
	}

	@ParameterizedTest
	@MethodSource("patterns")
	void whenASettingIsUnknownThenTheStartFails(Pattern pattern) {
		this.runner.withPropertyValues(pattern.prefix() + ".misspelt=1")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining(pattern.prefix() + ".misspelt"));
	}

	@Test
	void whenThereIsNoMeterRegistryThenNothingIsMeasured() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, MetricsServerAutoConfiguration.class,
					MetricsClientAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("grpcPatternsMetricsServerInterceptor")
				.doesNotHaveBean("grpcPatternsMetricsClientInterceptor"));
	}

	@Test
	void whenMicrometerIsMissingThenTheOtherPatternsStart() {
		new ApplicationContextRunner().withClassLoader(new FilteredClassLoader("io.micrometer"))
			.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, CorrelationAutoConfiguration.class,
					MetricsServerAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasBean("grpcPatternsCorrelationServerInterceptor")
				.doesNotHaveBean("grpcPatternsMetricsServerInterceptor"));
	}

	record Pattern(String prefix, List<String> interceptors) {
	}

}
