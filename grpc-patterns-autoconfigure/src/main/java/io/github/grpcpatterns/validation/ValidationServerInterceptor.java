/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.validation;

import java.util.Set;

import build.buf.protovalidate.exceptions.ValidationException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Validates each request message against the rules in its proto file. A message that
 * breaks them ends the call and does not reach the handler; earlier messages have reached
 * it.
 * <p>
 * Without it, no message is checked. Methods whose request has no rules are skipped.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class ValidationServerInterceptor implements ServerInterceptor, MethodSettingsSource, Ordered {

	private final RequestValidator validator;

	private final PerMethod<RequestRules> rules = new PerMethod<>(RequestRules::of);

	ValidationServerInterceptor(RequestValidator validator) {
		this.validator = validator;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.VALIDATION;
	}

	@Override
	public ActivePattern pattern() {
		return ActivePattern.server("validation");
	}

	@Override
	public Set<EndReason> refusals(MethodDescriptor<?, ?> method) {
		return (RequestRules.of(method) != RequestRules.NONE) ? Set.of(EndReason.INVALID_REQUEST) : Set.of();
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		RequestRules rules = this.rules.get(call.getMethodDescriptor());
		if (rules == RequestRules.NONE) {
			return next.startCall(call, headers);
		}
		return new ValidatingListener<>(next.startCall(call, headers), this.validator, rules,
				ServerCallGuard.current());
	}

	private static final class ValidatingListener<ReqT>
			extends ForwardingServerCallListener.SimpleForwardingServerCallListener<ReqT> {

		private final RequestValidator validator;

		private final RequestRules rules;

		private final ServerCallGuard guard;

		ValidatingListener(ServerCall.Listener<ReqT> delegate, RequestValidator validator, RequestRules rules,
				ServerCallGuard guard) {
			super(delegate);
			this.validator = validator;
			this.rules = rules;
			this.guard = guard;
		}

		@Override
		public void onMessage(ReqT message) {
			if (!(message instanceof Message request) || passes(request)) {
				super.onMessage(message);
			}
		}

		private boolean passes(Message request) {
			try {
				BadRequest violations = this.validator.check(request, this.rules);
				if (violations == null) {
					return true;
				}
				this.guard.end(EndReason.INVALID_REQUEST, violations);
			}
			catch (ValidationException | RuntimeException ex) {
				// Nobody can say whether the request is valid, and that is not its fault.
				this.guard.record().exception(ex, true);
				this.guard.end(EndReason.INTERNAL);
			}
			return false;
		}

	}

}
