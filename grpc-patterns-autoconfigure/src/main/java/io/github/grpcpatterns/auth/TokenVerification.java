/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;

/**
 * Verifies the tokens that are not cached, with configured keys or a bean of the
 * application.
 */
interface TokenVerification {

	/**
	 * Verify a token.
	 * @param token the token as received, without {@code Bearer}
	 * @param mayWait whether the thread may wait, and may run code of the application's
	 * @return the accepted token, or {@code null} if it cannot be verified without
	 * waiting
	 * @throws AuthenticationException if it is refused, as from a {@link TokenVerifier}
	 */
	@Nullable Authentication verify(String token, boolean mayWait) throws AuthenticationException;

	/**
	 * Return whether it runs code of the application's, which may take any time.
	 */
	boolean runsBean();

	/**
	 * Return whether it asks something outside of this process, which may not answer.
	 */
	boolean asksOutside();

	/**
	 * Verify with a bean.
	 */
	static TokenVerification of(TokenVerifier bean) {
		return new TokenVerification() {

			@Override
			public @Nullable Authentication verify(String token, boolean mayWait) {
				return mayWait ? bean.verify(token) : null;
			}

			@Override
			public boolean runsBean() {
				return true;
			}

			@Override
			public boolean asksOutside() {
				return true;
			}

		};
	}

}
