/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.Admission;
import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates the caller of a call, and decides whether it may call the method.
 */
final class AuthServerAdmission implements Admission<AuthDecision> {

	private final PerMethod<AuthServerPolicy> access;

	private final TokenCheck tokens;

	AuthServerAdmission(AccessRules rules, TokenCheck tokens) {
		this.access = rules.perMethod();
		this.tokens = tokens;
	}

	boolean canCheckTokens() {
		return this.tokens.possible();
	}

	boolean asksOutside() {
		return this.tokens.asksOutside();
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.AUTH;
	}

	@Override
	public @Nullable AuthDecision decide(CallRecord call, Metadata headers, Effort effort) {
		AuthServerPolicy access = this.access.get(call.method());
		AuthDecision decision = switch (access.kind()) {
			case PUBLIC -> AuthDecision.PUBLIC;
			case DENIED -> Refusal.DENIED;
			case AUTHENTICATED -> authenticate(access, call, headers, effort);
		};
		if (decision != null) {
			call.identified();
		}
		return decision;
	}

	private @Nullable AuthDecision authenticate(AuthServerPolicy access, CallRecord call, Metadata headers,
			Effort effort) {
		byte[] header = BearerToken.header(headers);
		if (header == null) {
			return Refusal.MISSING;
		}
		TokenResult result = this.tokens.check(header, call, effort);
		if (!(result instanceof AcceptedToken token)) {
			return (Refusal) result;
		}
		if (!token.name().isEmpty()) {
			call.principal(token.name());
		}
		return access.allows(token.authorities()) ? new Identity(token, header) : Refusal.DENIED;
	}

	@Override
	public boolean admits(AuthDecision decision) {
		return !(decision instanceof Refusal);
	}

	@Override
	public boolean computes() {
		return this.tokens.computes();
	}

}
