/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import net.devh.boot.grpc.server.security.authentication.GrpcAuthenticationReader;
import net.devh.boot.grpc.server.security.interceptors.AuthenticatingServerInterceptor;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NetDevhAuthenticationFilter}. A row of the compatibility tests shows
 * it with net.devh's own configuration.
 */
class NetDevhAuthenticationFilterTests {

	private static final String BEAN = "authenticatingServerInterceptor";

	private final DefaultListableBeanFactory beans = new DefaultListableBeanFactory();

	private void register(String configuration) {
		RootBeanDefinition declaring = new RootBeanDefinition();
		declaring.setBeanClassName(configuration);
		this.beans.registerBeanDefinition("configuration", declaring);
		RootBeanDefinition interceptor = new RootBeanDefinition();
		interceptor.setFactoryBeanName("configuration");
		interceptor.setFactoryMethodName(BEAN);
		interceptor.setTargetType(AuthenticatingServerInterceptor.class);
		this.beans.registerBeanDefinition(BEAN, interceptor);
		this.beans.registerBeanDefinition("exceptionTranslatingServerInterceptor", new RootBeanDefinition());
	}

	private String[] filtered() {
		new NetDevhAuthenticationFilter().postProcessBeanFactory(this.beans);
		return this.beans.getBeanDefinitionNames();
	}

	@Test
	void whatCannotBeCreatedWithoutAReaderIsRemovedAndNothingElse() {
		register(StackSecurityFilter.NET_DEVH);
		assertThat(filtered()).containsExactly("configuration", "exceptionTranslatingServerInterceptor");
	}

	@Test
	void withAReaderOfTheApplicationItStays() {
		register(StackSecurityFilter.NET_DEVH);
		this.beans.registerBeanDefinition("reader",
				new RootBeanDefinition(GrpcAuthenticationReader.class, () -> (call, headers) -> null));
		assertThat(filtered()).contains(BEAN);
	}

	@Test
	void anInterceptorOfTheApplicationStays() {
		register("java.lang.Object");
		assertThat(filtered()).contains(BEAN);
	}

	@Test
	void withoutNetDevhsSecurityNothingHappens() {
		assertThat(filtered()).isEmpty();
	}

}
