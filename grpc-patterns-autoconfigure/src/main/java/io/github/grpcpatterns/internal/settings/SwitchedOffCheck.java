/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.List;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Fails the start for invalid settings of disabled patterns, so that enabling them again
 * cannot fail. Boot binds the settings of the others.
 */
final class SwitchedOffCheck {

	private SwitchedOffCheck() {
	}

	static void check(Environment environment, ConfigurableListableBeanFactory beanFactory,
			List<PatternSettings> patterns) {
		Binder binder = PatternSettings.binder(environment, beanFactory);
		patterns.stream()
			.filter((pattern) -> pattern.off(environment))
			.forEach((pattern) -> binder.bind(pattern.prefix(), Bindable.of(pattern.type())));
	}

}
