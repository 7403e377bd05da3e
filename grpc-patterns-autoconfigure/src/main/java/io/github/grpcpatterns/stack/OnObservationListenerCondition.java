/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.Arrays;
import java.util.function.Predicate;

import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.core.type.MethodMetadata;
import org.springframework.util.ClassUtils;

/**
 * Matches if something other than Micrometer's own meters can listen to observations: a
 * tracer, a handler of the application, or a registry or customizer of the application,
 * which may add one. For the meters alone, which repeat ours, an observation per call
 * costs too much: 4.5 kB of the 7.3 kB that a unary call without a log line allocated.
 */
final class OnObservationListenerCondition extends SpringBootCondition implements ConfigurationCondition {

	private static final String[] CUSTOMIZERS = {
			"org.springframework.boot.micrometer.observation.autoconfigure.ObservationRegistryCustomizer",
			"org.springframework.boot.actuate.autoconfigure.observation.ObservationRegistryCustomizer" };

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConfigurableListableBeanFactory beans = context.getBeanFactory();
		ConditionMessage.Builder message = ConditionMessage.forCondition("Listener to observations");
		String listener = (beans != null) ? listener(beans) : null;
		return (listener != null) ? ConditionOutcome.match(message.foundExactly("bean '" + listener + "'"))
				: ConditionOutcome.noMatch(message.because("only meters listen"));
	}

	private static @Nullable String listener(ConfigurableListableBeanFactory beans) {
		String handler = find(beans, ObservationHandler.class, (name) -> {
			Class<?> type = beans.getType(name, false);
			return type == null || !MeterObservationHandler.class.isAssignableFrom(type);
		});
		if (handler != null) {
			return handler;
		}
		String registry = find(beans, ObservationRegistry.class, (name) -> !isBoots(beans, name));
		if (registry != null) {
			return registry;
		}
		return Arrays.stream(CUSTOMIZERS)
			.filter((type) -> ClassUtils.isPresent(type, beans.getBeanClassLoader()))
			.map((type) -> find(beans, ClassUtils.resolveClassName(type, beans.getBeanClassLoader()),
					(name) -> !isBoots(beans, name)))
			.filter((name) -> name != null)
			.findFirst()
			.orElse(null);
	}

	private static @Nullable String find(ConfigurableListableBeanFactory beans, Class<?> type,
			Predicate<String> counts) {
		return Arrays.stream(beans.getBeanNamesForType(type, true, false)).filter(counts).findFirst().orElse(null);
	}

	private static boolean isBoots(ConfigurableListableBeanFactory beans, String name) {
		if (!beans.containsBeanDefinition(name)) {
			return false;
		}
		BeanDefinition definition = beans.getBeanDefinition(name);
		MethodMetadata factory = (definition instanceof AnnotatedBeanDefinition annotated)
				? annotated.getFactoryMethodMetadata() : null;
		return factory != null && factory.getDeclaringClassName().startsWith("org.springframework.boot.");
	}

}
