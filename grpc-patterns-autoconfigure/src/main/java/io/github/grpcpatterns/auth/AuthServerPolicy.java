/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.Set;

/**
 * The access to one method.
 *
 * @param kind whether a token is looked at
 * @param authorities the authorities one of which the caller needs; empty where any valid
 * token is enough
 */
record AuthServerPolicy(Kind kind, Set<String> authorities) {

	static final AuthServerPolicy PUBLIC = new AuthServerPolicy(Kind.PUBLIC, Set.of());

	static final AuthServerPolicy DENIED = new AuthServerPolicy(Kind.DENIED, Set.of());

	static final AuthServerPolicy AUTHENTICATED = new AuthServerPolicy(Kind.AUTHENTICATED, Set.of());

	static AuthServerPolicy authorities(Set<String> authorities) {
		return new AuthServerPolicy(Kind.AUTHENTICATED, authorities);
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
