/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.lang.reflect.Method;
import java.util.List;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.util.ClassUtils;

/**
 * Recognizes the {@link JwtDecoder} that Boot's resource server makes of its own
 * properties: it is not the application's.
 */
final class BootJwtDecoder {

	private static final String BOOT = "org.springframework.boot.";

	/** By version of Boot. */
	private static final List<String> CUSTOMIZERS = List.of(
			BOOT + "security.oauth2.server.resource.autoconfigure.JwkSetUriJwtDecoderBuilderCustomizer",
			BOOT + "security.oauth2.server.resource.autoconfigure.servlet.JwkSetUriJwtDecoderBuilderCustomizer",
			BOOT + "autoconfigure.security.oauth2.resource.servlet.JwkSetUriJwtDecoderBuilderCustomizer");

	private BootJwtDecoder() {
	}

	/**
	 * Return whether every decoder is Boot's.
	 */
	static boolean only(ConfigurableListableBeanFactory beanFactory) {
		String[] names = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, JwtDecoder.class);
		return names.length > 0 && List.of(names).stream().allMatch((name) -> boots(beanFactory, name));
	}

	private static boolean boots(ConfigurableListableBeanFactory beanFactory, String name) {
		try {
			Method method = (beanFactory.getMergedBeanDefinition(name) instanceof RootBeanDefinition definition)
					? definition.getResolvedFactoryMethod() : null;
			return method != null && method.getDeclaringClass().getName().startsWith(BOOT);
		}
		catch (NoSuchBeanDefinitionException ex) {
			return false; // a singleton that was registered as an object
		}
	}

	/**
	 * Return whether the application adds to Boot's decoder: a validator of its own, or
	 * changes to the way in which keys are fetched.
	 */
	static boolean customized(ConfigurableListableBeanFactory beanFactory) {
		return has(beanFactory, OAuth2TokenValidator.class) || CUSTOMIZERS.stream()
			.filter((name) -> ClassUtils.isPresent(name, beanFactory.getBeanClassLoader()))
			.anyMatch((name) -> has(beanFactory, ClassUtils.resolveClassName(name, beanFactory.getBeanClassLoader())));
	}

	private static boolean has(ConfigurableListableBeanFactory beanFactory, Class<?> type) {
		return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, type).length > 0;
	}

}
