package io.github.grpcpatterns.auth;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.util.StringUtils;

/**
 * Reports a {@link SkippedMethodSecurityException} and its possible fixes.
 */
final class SkippedMethodSecurityFailureAnalyzer extends AbstractFailureAnalyzer<SkippedMethodSecurityException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, SkippedMethodSecurityException cause) {
		String action = cause.proxied()
				? "Let the service extend the generated ImplBase class instead of implementing AsyncService and "
						+ "BindableService, and use class-based proxies (spring.aop.proxy-target-class=true, the default)."
				: "Enable method security (@EnableMethodSecurity, with the annotations in use), and let the service "
						+ "extend the generated ImplBase class, or remove the annotations.";
		return new FailureAnalysis(StringUtils.capitalize(String.valueOf(cause.getMessage())) + ".", action, cause);
	}

}
