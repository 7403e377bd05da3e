package io.github.grpcpatterns.auth;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;

/**
 * Decides what a bearer token proves. A bean of this type replaces the check of JWTs: for
 * opaque tokens, say, or API keys.
 * <p>
 * With such a bean no setting below {@code grpc.patterns.server.auth.jwt} applies, but
 * {@code clock-skew} to the end of streams. What it accepts is cached
 * ({@code grpc.patterns.server.auth.cache}), what it refuses is not.
 */
@FunctionalInterface
public interface TokenVerifier {

	/**
	 * Verify a token. Called on the thread of the call, by many threads at once; it may
	 * ask the outside world, for {@code grpc.patterns.server.auth.verifier-timeout} at
	 * most: after that the thread is interrupted and the call is refused as
	 * {@code KEYS_UNAVAILABLE}.
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
