/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Hints for the exceptions that the settings of the build name. A native image knows no
 * other class by its name.
 */
final class ConfiguredErrorsAotProcessor implements BeanFactoryInitializationAotProcessor {

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		Set<String> names = Binder.get(beanFactory.getBean(Environment.class))
			.bindOrCreate("grpc.patterns.server.errors", ErrorServerProperties.class)
			.mappings()
			.keySet();
		return (context,
				code) -> names.forEach((name) -> context.getRuntimeHints()
					.reflection()
					.registerTypeIfPresent(beanFactory.getBeanClassLoader(), name));
	}

}
