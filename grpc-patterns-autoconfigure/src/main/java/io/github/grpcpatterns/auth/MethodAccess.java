package io.github.grpcpatterns.auth;

import java.util.Set;

/**
 * Who may call a method, as settled for it once.
 *
 * @param kind whether a token is looked at
 * @param authorities the authorities one of which the caller needs; empty where any valid
 * token is enough
 */
record MethodAccess(Kind kind, Set<String> authorities) {

	static final MethodAccess PUBLIC = new MethodAccess(Kind.PUBLIC, Set.of());

	static final MethodAccess DENIED = new MethodAccess(Kind.DENIED, Set.of());

	static final MethodAccess AUTHENTICATED = new MethodAccess(Kind.AUTHENTICATED, Set.of());

	static MethodAccess authorities(Set<String> authorities) {
		return new MethodAccess(Kind.AUTHENTICATED, authorities);
	}

	/**
	 * Return whether a caller with a valid token may call.
	 * @param granted the caller's authorities
	 */
	boolean allows(Set<String> granted) {
		if (this.authorities.isEmpty()) {
			return true;
		}
		for (String authority : this.authorities) {
			if (granted.contains(authority)) {
				return true;
			}
		}
		return false;
	}

	enum Kind {

		PUBLIC, AUTHENTICATED, DENIED

	}

}
