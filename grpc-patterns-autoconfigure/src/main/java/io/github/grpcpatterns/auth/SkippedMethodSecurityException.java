package io.github.grpcpatterns.auth;

/**
 * Signals that the method-security annotations of a service would be silently skipped.
 */
final class SkippedMethodSecurityException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	private final boolean proxied;

	SkippedMethodSecurityException(String bean, Class<?> type, boolean proxied) {
		super("the method-security annotations of the service '" + bean + "' (" + type.getName()
				+ ") would be skipped, because calls do not go through its proxy");
		this.proxied = proxied;
	}

	/**
	 * Return whether there is a proxy, which calls go past.
	 */
	boolean proxied() {
		return this.proxied;
	}

}
