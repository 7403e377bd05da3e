/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.github.grpcpatterns.internal.call.CallRecord;
import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.Authentication;

/**
 * Verifies tokens and caches the accepted ones.
 */
final class TokenCheck {

	private final @Nullable TokenVerification verification;

	private final @Nullable TokenQuestions questions;

	private final @Nullable TokenCache cache;

	/**
	 * Create it.
	 * @param verification verifies tokens, {@code null} where nothing can: no token is
	 * valid then
	 * @param questions between calls and a bean, {@code null} where no bean is asked
	 * @param cache remembers accepted tokens, {@code null} where each is verified
	 */
	TokenCheck(@Nullable TokenVerification verification, @Nullable TokenQuestions questions,
			@Nullable TokenCache cache) {
		this.verification = verification;
		this.questions = questions;
		this.cache = cache;
	}

	/**
	 * Return whether there is anything that tokens can be checked with.
	 */
	boolean possible() {
		return this.verification != null;
	}

	/**
	 * Return whether it may be that nobody can judge a token.
	 */
	boolean asksOutside() {
		return this.verification != null && this.verification.asksOutside();
	}

	/**
	 * Return whether {@link Effort#COMPUTE} may tell what a look-up does not.
	 */
	boolean computes() {
		return possible() && (this.questions == null || this.cache != null);
	}

	/**
	 * Check the token of a call.
	 * @param header the value of the header, by which an accepted token may be recalled
	 * @param call the call
	 * @param effort how much this may cost
	 * @return the result, or {@code null} where it takes more effort
	 */
	@Nullable TokenResult check(byte[] header, CallRecord call, Effort effort) {
		AcceptedToken recalled = (this.cache != null) ? this.cache.recall(header) : null;
		if (recalled != null) {
			return recalled;
		}
		String token = BearerToken.token(header);
		if (token == null) {
			return Refusal.MISSING;
		}
		if (this.verification == null) {
			return Refusal.INVALID;
		}
		return (effort != Effort.LOOK_UP) ? check(this.verification, token, header, call, effort == Effort.WAIT) : null;
	}

	private @Nullable TokenResult check(TokenVerification verification, String token, byte[] header, CallRecord call,
			boolean mayWait) {
		boolean digested = this.cache != null || this.questions != null;
		TokenCache.Digest digest = digested ? TokenCache.Digest.of(token) : null;
		AcceptedToken known = remembered(digest, header);
		if (known != null) {
			return known;
		}
		if (this.questions == null || digest == null) {
			return verify(verification, token, digest, mayWait);
		}
		return mayWait ? this.questions.ask(digest, call, () -> {
			// The last question may have been answered since.
			AcceptedToken answered = remembered(digest, header);
			return (answered != null) ? answered : verify(verification, token, digest, true);
		}) : null;
	}

	private @Nullable AcceptedToken remembered(TokenCache.@Nullable Digest digest, byte[] header) {
		return (this.cache != null && digest != null) ? this.cache.get(digest, header) : null;
	}

	/**
	 * A bean may throw anything, and return {@code null}.
	 */
	private @Nullable TokenResult verify(TokenVerification verification, String token,
			TokenCache.@Nullable Digest digest, boolean mayWait) {
		try {
			Authentication authentication = verification.verify(token, mayWait);
			if (authentication == null && !mayWait) {
				return null;
			}
			if (authentication == null || !authentication.isAuthenticated()) {
				throw new BadCredentialsException("not authenticated");
			}
			AcceptedToken accepted = AcceptedToken.of(authentication);
			if (this.cache != null && digest != null) {
				this.cache.put(digest, accepted);
			}
			return accepted;
		}
		catch (Throwable ex) {
			return Refusal.of(ex);
		}
	}

}
