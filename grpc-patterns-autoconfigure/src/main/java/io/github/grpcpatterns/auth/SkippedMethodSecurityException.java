/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

/**
 * Signals that the method-security annotations of a service would be silently skipped.
 */
final class SkippedMethodSecurityException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	private final Why why;

	SkippedMethodSecurityException(String bean, Class<?> type, Why why) {
		super("the method-security annotations of the service '" + bean + "' (" + type.getName()
				+ ") would be skipped, because " + why.text);
		this.why = why;
	}

	String action() {
		return this.why.action;
	}

	/**
	 * The reasons why annotations are skipped.
	 */
	enum Why {

		/** There is no proxy. */
		NO_PROXY("calls do not go through its proxy",
				"Enable method security (@EnableMethodSecurity, with the annotations in use), and let the service "
						+ "extend the generated ImplBase class, or remove the annotations."),

		/** There is a proxy, and calls go past it. */
		PAST_PROXY("calls do not go through its proxy",
				"Let the service extend the generated ImplBase class instead of implementing AsyncService and "
						+ "BindableService, and use class-based proxies (spring.aop.proxy-target-class=true, the default)."),

		/** The proxy inherits the method. */
		FINAL_METHOD("a proxy cannot intercept a final method", "Remove 'final' from the methods with annotations."),

		/** The check would run before there is a result. */
		SUSPENDING("a suspending function returns before it has a result that could be checked",
				"Replace @PostAuthorize and @PostFilter on suspending functions by @PreAuthorize, or check the result "
						+ "in the function.");

		private final String text;

		private final String action;

		Why(String text, String action) {
			this.text = text;
			this.action = action;
		}

	}

}
