/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.util.ClassUtils;

/**
 * The result of accepting a token.
 *
 * @param authentication the authenticated caller
 * @param name the caller's name, empty if it has none
 * @param authorities the caller's authorities
 * @param expiresAt the expiry of the token, {@code null} if none or unknown
 */
record AcceptedToken(Authentication authentication, String name, Set<String> authorities,
		@Nullable Instant expiresAt) implements TokenResult {

	private static final boolean OAUTH2 = ClassUtils.isPresent("org.springframework.security.oauth2.core.OAuth2Token",
			AcceptedToken.class.getClassLoader());

	static AcceptedToken of(Authentication authentication) {
		Set<String> authorities = new HashSet<>();
		for (GrantedAuthority authority : authentication.getAuthorities()) {
			if (authority.getAuthority() != null) {
				authorities.add(authority.getAuthority());
			}
		}
		String name = authentication.getName();
		return new AcceptedToken(authentication, (name != null) ? name : "", authorities,
				OAUTH2 ? Expiry.of(authentication) : null);
	}

	/**
	 * Return how long the token may be used.
	 * @return nanoseconds from now, {@link Long#MAX_VALUE} where that is without end
	 */
	long nanosLeft(Clock clock, Duration clockSkew) {
		if (this.expiresAt == null) {
			return Long.MAX_VALUE;
		}
		try {
			return Duration.between(clock.instant(), this.expiresAt).plus(clockSkew).toNanos();
		}
		catch (ArithmeticException ex) {
			return Long.MAX_VALUE; // centuries
		}
	}

	/**
	 * Not loaded where the class of the token is missing.
	 */
	private static final class Expiry {

		static @Nullable Instant of(Authentication authentication) {
			for (@Nullable
			Object part : new @Nullable Object[] { authentication.getCredentials(), authentication.getPrincipal(),
					authentication.getDetails() }) {
				if (part instanceof OAuth2Token token) {
					return token.getExpiresAt();
				}
			}
			return null;
		}

	}

}
