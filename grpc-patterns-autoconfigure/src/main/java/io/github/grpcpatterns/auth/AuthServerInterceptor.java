/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.MethodSettingsSource.Access;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Refuses calls unless their method is public or their token is valid. Inner interceptors
 * and the handler find the caller in {@link GrpcAuthentication} and, on the threads of
 * the call, in {@code SecurityContextHolder}.
 * <p>
 * Without it every call is served.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class AuthServerInterceptor implements ServerInterceptor, MethodSettingsSource, Ordered {

	private final AccessRules rules;

	private final AuthServerAdmission admission;

	private final @Nullable Duration streamExpirySkew;

	private final Clock clock;

	private final AuthOutcomes outcomes;

	/**
	 * Create it.
	 * @param streamExpirySkew how long after its token's expiry a stream ends,
	 * {@code null} if it goes on
	 */
	AuthServerInterceptor(AccessRules rules, AuthServerAdmission admission, @Nullable Duration streamExpirySkew,
			Clock clock, AuthOutcomes outcomes) {
		this.rules = rules;
		this.admission = admission;
		this.streamExpirySkew = streamExpirySkew;
		this.clock = clock;
		this.outcomes = outcomes;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.AUTH;
	}

	@Override
	public ActivePattern pattern() {
		return ActivePattern.server("auth");
	}

	@Override
	public Map<String, MethodSettingsSource.Setting<?>> settings(MethodDescriptor<?, ?> method) {
		return this.rules.settings(method);
	}

	@Override
	public Access access(MethodDescriptor<?, ?> method) {
		AuthServerPolicy access = this.rules.of(method);
		return switch (access.kind()) {
			case PUBLIC -> Access.PUBLIC;
			case DENIED -> new Access(Access.Kind.DENIED, List.of());
			case AUTHENTICATED ->
				new Access(access.authorities().isEmpty() ? Access.Kind.AUTHENTICATED : Access.Kind.AUTHORITIES,
						List.copyOf(access.authorities()));
		};
	}

	@Override
	public Set<EndReason> refusals(MethodDescriptor<?, ?> method) {
		AuthServerPolicy access = this.rules.of(method);
		return switch (access.kind()) {
			case PUBLIC -> Set.of();
			case DENIED -> Set.of(EndReason.ACCESS_DENIED);
			case AUTHENTICATED -> {
				Set<EndReason> refusals = EnumSet.of(EndReason.TOKEN_MISSING, EndReason.TOKEN_INVALID,
						EndReason.TOKEN_EXPIRED);
				if (this.admission.asksOutside()) {
					refusals.add(EndReason.KEYS_UNAVAILABLE);
				}
				if (!access.authorities().isEmpty()) {
					refusals.add(EndReason.ACCESS_DENIED);
				}
				yield refusals;
			}
		};
	}

	/**
	 * Return whether there is anything that tokens can be checked with.
	 */
	boolean canCheckTokens() {
		return this.admission.canCheckTokens();
	}

	AuthServerAdmission admission() {
		return this.admission;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		ServerCallGuard guard = ServerCallGuard.current();
		guard.waitsAt(call);
		AuthDecision decision = this.admission.decision(guard.record(), headers);
		if (decision instanceof Refusal refusal) {
			return refuse(call, guard, refusal);
		}
		this.outcomes.tell(guard.record(), decision.outcome());
		if (!(decision instanceof Identity identity)) {
			return next.startCall(call, headers);
		}
		endOnExpiry(guard, identity);
		guard.record().credential(identity);
		guard.enter(identity);
		return next.startCall(call, headers);
	}

	private <ReqT> ServerCall.Listener<ReqT> refuse(ServerCall<ReqT, ?> call, ServerCallGuard guard, Refusal refusal) {
		if (refusal != Refusal.OVERDUE) {
			this.outcomes.tell(guard.record(), refusal.outcome());
		}
		Throwable fault = refusal.fault();
		return (fault != null) ? guard.refuse(call, fault) : guard.refuse(call, refusal.reason());
	}

	private void endOnExpiry(ServerCallGuard guard, Identity identity) {
		if (this.streamExpirySkew == null || !guard.record().streaming()) {
			return;
		}
		long nanosLeft = identity.accepted().nanosLeft(this.clock, this.streamExpirySkew);
		if (nanosLeft != Long.MAX_VALUE) {
			guard.endAfter(nanosLeft, EndReason.TOKEN_EXPIRED);
		}
	}

}
