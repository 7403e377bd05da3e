/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.function.Supplier;

import io.github.grpcpatterns.internal.call.AuthOutcomeListener.Outcome;
import io.github.grpcpatterns.internal.call.CallScope;
import io.github.grpcpatterns.internal.call.Credential;
import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * The caller of one call, and its {@link SecurityContext} while code of the call runs on
 * a thread. That context is created on first use, once per call.
 */
final class Identity extends CallScope<Supplier<SecurityContext>>
		implements Supplier<SecurityContext>, Credential, AuthDecision {

	private final AcceptedToken token;

	private final byte[] header;

	private volatile @Nullable SecurityContext securityContext;

	/**
	 * Create it.
	 * @param header the header with the token that was accepted
	 */
	Identity(AcceptedToken token, byte[] header) {
		this.token = token;
		this.header = header;
	}

	AcceptedToken accepted() {
		return this.token;
	}

	Authentication authentication() {
		return this.token.authentication();
	}

	@Override
	public Outcome outcome() {
		return Outcome.ACCEPTED;
	}

	@Override
	public String token() {
		String token = BearerToken.token(this.header);
		if (token == null) {
			throw new IllegalStateException("only a header of that form is accepted");
		}
		return token;
	}

	@Override
	public SecurityContext get() {
		SecurityContext present = this.securityContext;
		return (present != null) ? present : create();
	}

	private synchronized SecurityContext create() {
		SecurityContext present = this.securityContext;
		if (present == null) {
			present = SecurityContextHolder.createEmptyContext();
			present.setAuthentication(authentication());
			this.securityContext = present;
		}
		return present;
	}

	@Override
	public Supplier<SecurityContext> enter() {
		Supplier<SecurityContext> previous = SecurityContextHolder.getDeferredContext();
		SecurityContextHolder.setDeferredContext(this);
		return previous;
	}

	/**
	 * A thread that had no context is left with the empty one that reading made: removing
	 * it would cost each callback a new one.
	 */
	@Override
	public void exit(Supplier<SecurityContext> previous) {
		// Put back as a supplier it would be wrapped once more each time.
		SecurityContextHolder.setContext(previous.get());
	}

}
