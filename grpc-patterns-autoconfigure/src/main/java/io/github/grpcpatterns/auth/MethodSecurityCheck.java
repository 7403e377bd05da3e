package io.github.grpcpatterns.auth;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;

import io.grpc.BindableService;

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
 * is handed to the target, which binds itself, so every call bypasses the proxy.
 */
final class MethodSecurityCheck implements SmartInitializingSingleton {

	private static final List<String> ANNOTATIONS = List.of("org.springframework.security.access.prepost.PreAuthorize",
			"org.springframework.security.access.prepost.PostAuthorize",
			"org.springframework.security.access.prepost.PreFilter",
			"org.springframework.security.access.prepost.PostFilter",
			"org.springframework.security.access.annotation.Secured", "jakarta.annotation.security.RolesAllowed",
			"jakarta.annotation.security.DenyAll");

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
			Class<?> type = AopUtils.getTargetClass(bean.getValue());
			if (!boundThroughProxy(bean.getValue(), type) && secured(type)) {
				throw new SkippedMethodSecurityException(bean.getKey(), type, AopUtils.isAopProxy(bean.getValue()));
			}
		}
	}

	private static boolean boundThroughProxy(BindableService service, Class<?> type) {
		if (!AopUtils.isCglibProxy(service)) {
			return false; // a proxy of interfaces hands everything to its target
		}
		Method bindService = ReflectionUtils.findMethod(type, "bindService");
		return bindService != null && Modifier.isFinal(bindService.getModifiers());
	}

	private static boolean secured(Class<?> type) {
		if (annotated(MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY))) {
			return true;
		}
		for (Method method : ReflectionUtils.getUniqueDeclaredMethods(type)) {
			if (annotated(MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY))) {
				return true;
			}
		}
		return false;
	}

	private static boolean annotated(MergedAnnotations annotations) {
		return ANNOTATIONS.stream().anyMatch(annotations::isPresent);
	}

}
