/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.lang.reflect.Modifier;

import io.github.grpcpatterns.internal.call.ServedMethodsChecks;
import io.grpc.Server;
import org.aopalliance.intercept.MethodInterceptor;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Notices that a factory of a stack has built a server, before the stack starts it. The
 * lifecycles of both stacks ask for the class of a factory, so that it is replaced by a
 * subclass. A final one is left as it is: what a customizer adds to its server is then
 * known from its first call on.
 *
 * @param factory the type of the stack's factories
 * @param checks to be told
 */
record BuiltServers(Class<?> factory, ObjectProvider<ServedMethodsChecks> checks) implements BeanPostProcessor {

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (!this.factory.isInstance(bean) || Modifier.isFinal(bean.getClass().getModifiers())) {
			return bean;
		}
		ServedMethodsChecks checks = this.checks.getObject();
		checks.expect(beanName);
		ProxyFactory proxy = new ProxyFactory(bean);
		proxy.setProxyTargetClass(true);
		proxy.addAdvice((MethodInterceptor) (invocation) -> {
			Object result = invocation.proceed();
			if (result instanceof Server server) {
				checks.built(beanName, server);
			}
			return result;
		});
		return proxy.getProxy(bean.getClass().getClassLoader());
	}

}
