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
	 * Return what a header proved that came before.
	 * @param header the value of the header
	 * @return what its token proved, or {@code null} where that has to be checked
	 */
	@Nullable AcceptedToken recall(String header) {
		TokenCache cache = this.cache;
		return (cache != null) ? cache.recall(header) : null;
	}

	/**
	 * Check a token.
	 * @param header the header it came in, by which it may be recalled later
	 * @return what it proved
	 * @throws AuthenticationException if it is refused, as from a {@link TokenVerifier}
	 */
	AcceptedToken accept(String token, String header) {
		TokenCache cache = this.cache;
		if (cache == null) {
			return verify(token);
		}
		TokenCache.Digest digest = TokenCache.Digest.of(token);
		AcceptedToken accepted = cache.get(digest, header);
		if (accepted == null) {
			accepted = verify(token);
			cache.put(digest, accepted);
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
