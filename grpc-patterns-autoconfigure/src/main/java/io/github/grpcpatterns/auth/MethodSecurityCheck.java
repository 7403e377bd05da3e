/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.grpcpatterns.auth.SkippedMethodSecurityException.Why;
import io.grpc.BindableService;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Fails the start if the method-security annotations of a service would be skipped.
 * <p>
 * They work on a proxy, and only if the server calls the proxy. A generated
 * {@code ImplBase} ensures that: its {@code bindService()} is final, so it runs on the
 * proxy itself and binds {@code this}. A {@code bindService()} that a proxy can intercept
 * is handed to the target, which binds itself, so every call bypasses the proxy. A proxy
 * does not intercept a final method. It sees the result of a suspending function of
 * Kotlin before that is there, and while it refuses the call the function goes on and
 * answers it.
 */
final class MethodSecurityCheck implements SmartInitializingSingleton {

	/** The annotations that check the result. */
	private static final List<String> RESULT = List.of("org.springframework.security.access.prepost.PostAuthorize",
			"org.springframework.security.access.prepost.PostFilter");

	private static final List<String> ANNOTATIONS = Stream.concat(RESULT.stream(),
			Stream.of("org.springframework.security.access.prepost.PreAuthorize",
					"org.springframework.security.access.prepost.PreFilter",
					"org.springframework.security.access.annotation.Secured",
					"jakarta.annotation.security.RolesAllowed", "jakarta.annotation.security.DenyAll"))
		.toList();

	static final String ASPECT = "org.springframework.security.authorization.method.aspectj.PreAuthorizeAspect";

	/** Method security that is woven into the classes needs no proxy. */
	private static final boolean WOVEN = ClassUtils.isPresent(ASPECT, MethodSecurityCheck.class.getClassLoader());

	private final ListableBeanFactory beanFactory;

	MethodSecurityCheck(ListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (WOVEN) {
			return;
		}
		for (Map.Entry<String, BindableService> bean : this.beanFactory.getBeansOfType(BindableService.class)
			.entrySet()) {
			Class<?> type = AopProxyUtils.ultimateTargetClass(bean.getValue());
			Why why = skipped(bean.getValue(), type);
			if (why != null) {
				throw new SkippedMethodSecurityException(bean.getKey(), type, why);
			}
		}
	}

	private static @Nullable Why skipped(BindableService service, Class<?> type) {
		boolean secured = annotated(type, ANNOTATIONS);
		boolean result = annotated(type, RESULT);
		boolean proxied = boundThroughProxy(service, type);
		Why why = null;
		for (Method method : ReflectionUtils.getUniqueDeclaredMethods(type)) {
			boolean annotated = annotated(method, ANNOTATIONS);
			secured |= annotated;
			if (annotated && Modifier.isFinal(method.getModifiers())) {
				why = Why.FINAL_METHOD;
			}
			else if (suspends(method) && (result || annotated(method, RESULT))) {
				why = Why.SUSPENDING;
			}
		}
		if (secured && !proxied) {
			return AopUtils.isAopProxy(service) ? Why.PAST_PROXY : Why.NO_PROXY;
		}
		return why;
	}

	private static boolean boundThroughProxy(BindableService service, Class<?> type) {
		if (!AopUtils.isCglibProxy(service)) {
			return false; // a proxy of interfaces hands everything to its target
		}
		Method bindService = ReflectionUtils.findMethod(type, "bindService");
		return bindService != null && Modifier.isFinal(bindService.getModifiers());
	}

	/**
	 * Return whether a method is a suspending function of Kotlin, which the compiler
	 * gives one more parameter.
	 */
	private static boolean suspends(Method method) {
		Class<?>[] parameters = method.getParameterTypes();
		return parameters.length > 0
				&& parameters[parameters.length - 1].getName().equals("kotlin.coroutines.Continuation");
	}

	private static boolean annotated(AnnotatedElement element, List<String> names) {
		MergedAnnotations annotations = MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY);
		return names.stream().anyMatch(annotations::isPresent);
	}

}
