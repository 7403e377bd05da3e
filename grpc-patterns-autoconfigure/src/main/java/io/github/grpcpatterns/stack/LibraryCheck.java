/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.List;

import io.github.grpcpatterns.internal.settings.LibraryNeeds;
import io.github.grpcpatterns.internal.settings.MissingLibraryException;
import io.github.grpcpatterns.internal.settings.MissingLibraryException.Missing;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;

/**
 * Fails the start if an enabled pattern, of a side that the process has, needs a library
 * that is not on the class path. Without this check, the pattern would be missing
 * silently.
 *
 * @param environment the settings
 */
record LibraryCheck(Environment environment) implements BeanFactoryPostProcessor {

	private static final String CLIENT = "grpc.patterns.client.";

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		List<Missing> missing = LibraryNeeds.missing(this.environment, beanFactory);
		if (missing.isEmpty()) {
			return;
		}
		ProcessSides sides = new ProcessSides(this.environment, beanFactory);
		List<Missing> needed = missing.stream()
			.filter((need) -> need.pattern().startsWith(CLIENT) ? sides.client() : sides.server())
			.toList();
		if (!needed.isEmpty()) {
			throw new MissingLibraryException(needed);
		}
	}

}
