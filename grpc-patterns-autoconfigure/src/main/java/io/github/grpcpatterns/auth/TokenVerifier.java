/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;

/**
 * Verifies bearer tokens. A bean of this type replaces the verification of JWTs, for
 * example for opaque tokens or API keys.
 * <p>
 * With such a bean no setting below {@code grpc.patterns.server.auth.jwt} applies, except
 * {@code clock-skew} to the end of streams. Accepted tokens are cached
 * ({@code grpc.patterns.server.auth.cache}), refused ones are not.
 */
@FunctionalInterface
public interface TokenVerifier {

	/**
	 * Verify a token. Called on the thread of the call, by many threads at once, but for
	 * each token by one at a time: other calls that carry it wait for the answer. It may
	 * ask the outside world, for {@code grpc.patterns.server.auth.verifier-timeout} at
	 * most: after that the thread is interrupted, and the call and those that wait end as
	 * {@code KEYS_UNAVAILABLE}, as do others with that token until this method returns.
	 * @param token the token as received, without {@code Bearer}: characters of the
	 * alphabet of bearer tokens (RFC 6750), at least one. Never log it
	 * @return who the caller is, with authorities. If its credentials, principal or
	 * details are an {@code OAuth2Token}, a stream ends when that expires. If it is not
	 * authenticated, the call is refused as {@code TOKEN_INVALID}
	 * @throws AuthenticationException if the token is refused:
	 * {@code CredentialsExpiredException} as {@code TOKEN_EXPIRED},
	 * {@code AuthenticationServiceException} as {@code KEYS_UNAVAILABLE}, any other as
	 * {@code TOKEN_INVALID}. Its message does not reach the caller
	 */
	Authentication verify(String token) throws AuthenticationException;

}
