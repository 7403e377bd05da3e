/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener.Outcome;
import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.CredentialsExpiredException;
import org.springframework.security.core.AuthenticationException;

/**
 * The reason for refusing a call.
 */
final class Refusal implements TokenResult, AuthDecision {

	static final Refusal MISSING = new Refusal(EndReason.TOKEN_MISSING, Outcome.MISSING);

	static final Refusal INVALID = new Refusal(EndReason.TOKEN_INVALID, Outcome.INVALID);

	static final Refusal EXPIRED = new Refusal(EndReason.TOKEN_EXPIRED, Outcome.EXPIRED);

	static final Refusal DENIED = new Refusal(EndReason.ACCESS_DENIED, Outcome.DENIED);

	static final Refusal UNAVAILABLE = new Refusal(EndReason.KEYS_UNAVAILABLE, Outcome.UNAVAILABLE);

	/**
	 * As {@link #UNAVAILABLE}, for a call that was ended, and its outcome told, while its
	 * thread was still asking.
	 */
	static final Refusal OVERDUE = new Refusal(EndReason.KEYS_UNAVAILABLE, Outcome.UNAVAILABLE);

	private final EndReason reason;

	private final Outcome outcome;

	private final @Nullable Throwable fault;

	private Refusal(EndReason reason, Outcome outcome) {
		this(reason, outcome, null);
	}

	private Refusal(EndReason reason, Outcome outcome, @Nullable Throwable fault) {
		this.reason = reason;
		this.outcome = outcome;
		this.fault = fault;
	}

	/**
	 * Return the refusal that an exception of a verifier means.
	 */
	static Refusal of(Throwable thrown) {
		if (thrown instanceof CredentialsExpiredException) {
			return EXPIRED;
		}
		if (thrown instanceof AuthenticationServiceException) {
			return UNAVAILABLE;
		}
		if (thrown instanceof AuthenticationException) {
			return INVALID;
		}
		return new Refusal(EndReason.FAILED, Outcome.UNAVAILABLE, thrown);
	}

	EndReason reason() {
		return this.reason;
	}

	@Override
	public Outcome outcome() {
		return this.outcome;
	}

	/**
	 * Return the fault of the verifier's, which is mapped like an exception of the
	 * handler's.
	 * @return the exception or error, or {@code null} where the {@link #reason()} says
	 * all
	 */
	@Nullable Throwable fault() {
		return this.fault;
	}

}
