/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Finds the libraries that enabled patterns need and the class path lacks, from what the
 * {@link NeedsLibraries settings} of the patterns say.
 */
public final class LibraryNeeds {

	private LibraryNeeds() {
	}

	/**
	 * Return what is missing.
	 * @param environment the environment
	 * @param beanFactory the bean factory of the application
	 * @return each pattern with a library that it needs
	 */
	public static List<MissingLibraryException.Missing> missing(Environment environment,
			ConfigurableListableBeanFactory beanFactory) {
		Binder binder = PatternSettings.binder(environment, beanFactory);
		return PatternSettings.all()
			.stream()
			.filter((pattern) -> NeedsLibraries.class.isAssignableFrom(pattern.type()) && !pattern.off(environment))
			.flatMap((pattern) -> missing(pattern, binder, beanFactory.getBeanClassLoader()))
			.toList();
	}

	private static Stream<MissingLibraryException.Missing> missing(PatternSettings pattern, Binder binder,
			@Nullable ClassLoader classLoader) {
		NeedsLibraries settings = (NeedsLibraries) binder.bindOrCreate(pattern.prefix().toString(),
				Bindable.of(pattern.type()));
		return settings.libraries()
			.stream()
			.filter((library) -> !library.present(classLoader))
			.map((library) -> new MissingLibraryException.Missing(pattern.prefix().toString(), library));
	}

}
