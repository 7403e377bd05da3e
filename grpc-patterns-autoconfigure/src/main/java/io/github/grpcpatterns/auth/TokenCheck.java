package io.github.grpcpatterns.auth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;

/**
 * Checks tokens, and remembers the accepted ones.
 */
final class TokenCheck {

	private final TokenVerifier verifier;

	private final @Nullable TokenCache cache;

	private final Clock clock;

	TokenCheck(TokenVerifier verifier, @Nullable TokenCache cache, Clock clock) {
		this.verifier = verifier;
		this.cache = cache;
		this.clock = clock;
	}

	/**
	 * Check a token.
	 * @return what it proved
	 * @throws AuthenticationException if it is refused, as from a {@link TokenVerifier}
	 */
	AcceptedToken accept(String token) {
		TokenCache cache = this.cache;
		if (cache == null) {
			return verify(token);
		}
		TokenCache.Digest digest = TokenCache.Digest.of(token);
		AcceptedToken accepted = cache.get(digest, this.clock.instant());
		if (accepted == null) {
			accepted = verify(token);
			cache.put(digest, accepted, this.clock.instant());
		}
		return accepted;
	}

	@SuppressWarnings("NullAway") // a user's verifier need not be null-marked
	private AcceptedToken verify(String token) {
		Authentication authentication = this.verifier.verify(token);
		if (authentication == null || !authentication.isAuthenticated()) {
			throw new BadCredentialsException("not authenticated");
		}
		return AcceptedToken.of(authentication);
	}

	/**
	 * Return how long a token may be used.
	 * @return nanoseconds from now, {@link Long#MAX_VALUE} where that is without end
	 */
	long nanosLeft(AcceptedToken token, Duration clockSkew) {
		Instant expiresAt = token.expiresAt();
		if (expiresAt == null) {
			return Long.MAX_VALUE;
		}
		try {
			return Duration.between(this.clock.instant(), expiresAt).plus(clockSkew).toNanos();
		}
		catch (ArithmeticException ex) {
			return Long.MAX_VALUE; // centuries
		}
	}

}
