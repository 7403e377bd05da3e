package io.github.grpcpatterns.auth;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener.Outcome;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.CredentialsExpiredException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContext;

/**
 * Lets a call pass whose method is public or whose token is valid, and refuses all
 * others. What stands further in finds the caller in {@link GrpcAuthentication} and, on
 * the threads of the call, in {@code SecurityContextHolder}.
 * <p>
 * Without it every call is served.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class AuthServerInterceptor implements ServerInterceptor, MethodSettingsSource, Ordered {

	private final AccessRules rules;

	private final PerMethod<MethodAccess> access;

	private final @Nullable TokenCheck tokens;

	private final @Nullable Duration streamExpirySkew;

	private final AuthOutcomeListener[] listeners;

	/**
	 * Create it.
	 * @param tokens checks tokens, {@code null} where nothing can: no token is valid then
	 * @param streamExpirySkew how long after its token's expiry a stream ends,
	 * {@code null} if it goes on
	 */
	AuthServerInterceptor(AccessRules rules, @Nullable TokenCheck tokens, @Nullable Duration streamExpirySkew,
			List<AuthOutcomeListener> listeners) {
		this.rules = rules;
		this.access = new PerMethod<>((method) -> rules.of(method.getFullMethodName()));
		this.tokens = tokens;
		this.streamExpirySkew = streamExpirySkew;
		this.listeners = listeners.toArray(AuthOutcomeListener[]::new);
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
		AccessRules.Decision decision = this.rules.decide(method.getFullMethodName());
		return Map.of(decision.name(), decision.setting());
	}

	@Override
	public Access access(MethodDescriptor<?, ?> method) {
		MethodAccess access = this.rules.of(method.getFullMethodName());
		return switch (access.kind()) {
			case PUBLIC -> Access.PUBLIC;
			case DENIED -> new Access(Access.Kind.DENIED, List.of());
			case AUTHENTICATED ->
				new Access(access.authorities().isEmpty() ? Access.Kind.AUTHENTICATED : Access.Kind.AUTHORITIES,
						List.copyOf(access.authorities()));
		};
	}

	/**
	 * Return whether there is anything that tokens can be checked with.
	 */
	boolean canCheckTokens() {
		return this.tokens != null;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		MethodAccess access = this.access.get(call.getMethodDescriptor());
		if (access.kind() == MethodAccess.Kind.PUBLIC) {
			tell(Outcome.PUBLIC);
			return next.startCall(call, headers);
		}
		if (access.kind() == MethodAccess.Kind.DENIED) {
			return refuse(call, EndReason.ACCESS_DENIED, Outcome.DENIED);
		}
		String header = BearerToken.header(headers);
		if (header == null) {
			return refuse(call, EndReason.TOKEN_MISSING, Outcome.MISSING);
		}
		TokenCheck tokens = this.tokens;
		AcceptedToken accepted = (tokens != null) ? tokens.recall(header) : null;
		if (accepted == null) {
			String token = BearerToken.token(header);
			if (token == null) {
				return refuse(call, EndReason.TOKEN_MISSING, Outcome.MISSING);
			}
			if (tokens == null) {
				return refuse(call, EndReason.TOKEN_INVALID, Outcome.INVALID);
			}
			try {
				accepted = tokens.accept(token, header);
			}
			catch (AuthenticationException ex) {
				return refuse(call, ex);
			}
			catch (RuntimeException | Error ex) { // a fault of the verifier's
				tell(Outcome.UNAVAILABLE);
				return ServerCallGuard.current().refuse(call, ex);
			}
		}
		ServerCallGuard guard = ServerCallGuard.current();
		if (!accepted.name().isEmpty()) {
			guard.record().principal(accepted.name());
		}
		if (!access.allows(accepted.authorities())) {
			return refuse(call, EndReason.ACCESS_DENIED, Outcome.DENIED);
		}
		tell(Outcome.ACCEPTED);
		if (tokens != null) {
			endOnExpiry(guard, tokens, accepted);
		}
		Identity identity = new Identity(accepted.authentication(), header);
		guard.record().credential(identity);
		guard.enter(identity);
		return next.startCall(call, headers);
	}

	private void endOnExpiry(ServerCallGuard guard, TokenCheck tokens, AcceptedToken accepted) {
		Duration skew = this.streamExpirySkew;
		CallRecord record = guard.record();
		if (skew == null || !record.streaming()) {
			return;
		}
		long nanosLeft = tokens.nanosLeft(accepted, skew);
		if (nanosLeft != Long.MAX_VALUE) {
			guard.endAfter(nanosLeft, EndReason.TOKEN_EXPIRED);
		}
	}

	private <ReqT> ServerCall.Listener<ReqT> refuse(ServerCall<ReqT, ?> call, AuthenticationException ex) {
		if (ex instanceof CredentialsExpiredException) {
			return refuse(call, EndReason.TOKEN_EXPIRED, Outcome.EXPIRED);
		}
		if (ex instanceof AuthenticationServiceException) {
			return refuse(call, EndReason.KEYS_UNAVAILABLE, Outcome.UNAVAILABLE);
		}
		return refuse(call, EndReason.TOKEN_INVALID, Outcome.INVALID);
	}

	private <ReqT> ServerCall.Listener<ReqT> refuse(ServerCall<ReqT, ?> call, EndReason reason, Outcome outcome) {
		tell(outcome);
		return ServerCallGuard.current().refuse(call, reason);
	}

	private void tell(Outcome outcome) {
		for (AuthOutcomeListener listener : this.listeners) {
			listener.outcome(outcome);
		}
	}

}
