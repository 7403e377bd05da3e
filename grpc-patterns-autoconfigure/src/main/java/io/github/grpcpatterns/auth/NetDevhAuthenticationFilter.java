/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import net.devh.boot.grpc.server.security.authentication.GrpcAuthenticationReader;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;

/**
 * Removes the interceptor with which net.devh authenticates calls, unless the application
 * has the {@link GrpcAuthenticationReader} that it requires. net.devh adds it for any
 * {@code AuthenticationManager}, and one of a web application would fail the start. Other
 * security interceptors stay.
 */
final class NetDevhAuthenticationFilter implements BeanFactoryPostProcessor {

	private static final String BEAN = "authenticatingServerInterceptor";

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		if (!(beanFactory instanceof BeanDefinitionRegistry registry) || !registry.containsBeanDefinition(BEAN)) {
			return;
		}
		String configuration = registry.getBeanDefinition(BEAN).getFactoryBeanName();
		boolean theirs = configuration != null && registry.containsBeanDefinition(configuration)
				&& StackSecurityFilter.NET_DEVH.equals(registry.getBeanDefinition(configuration).getBeanClassName());
		if (theirs && beanFactory.getBeanNamesForType(GrpcAuthenticationReader.class, true, false).length == 0) {
			registry.removeBeanDefinition(BEAN);
		}
	}

}
