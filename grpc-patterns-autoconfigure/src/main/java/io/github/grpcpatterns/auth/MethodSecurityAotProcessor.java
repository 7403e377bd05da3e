/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.grpc.BindableService;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Keeps the methods of services visible to {@link MethodSecurityCheck} in a native image,
 * in which it would find no annotation otherwise.
 */
final class MethodSecurityAotProcessor implements BeanFactoryInitializationAotProcessor {

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		List<? extends Class<?>> services = Arrays
			.stream(beanFactory.getBeanNamesForType(BindableService.class, true, false))
			.map((name) -> beanFactory.getType(name, false))
			.filter(Objects::nonNull)
			.toList();
		return (context, code) -> services.forEach((service) -> {
			for (Class<?> type = service; type != null && type != Object.class; type = type.getSuperclass()) {
				context.getRuntimeHints().reflection().registerType(type, MemberCategory.INVOKE_DECLARED_METHODS);
			}
		});
	}

}
