/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.deadline;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.NoScheduler;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Limits the duration of inbound calls, counted from their arrival.
 * <p>
 * grpc-java enforces the caller's own deadline. An earlier one of the settings is
 * enforced by the guard, from the timer's thread, and is in the handler's
 * {@link Context}, so that its outbound calls inherit it.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class DeadlineServerInterceptor implements ServerInterceptor, MethodSettingsSource, Ordered {

	private final MethodSettings<DeadlineServerPolicy> settings;

	private final DeadlineServerAdmission admission;

	DeadlineServerInterceptor(DeadlineServerProperties properties, CallTimer timer) {
		this.settings = MethodSettings.server(properties.methodOverrides(),
				(lookup) -> DeadlineServerPolicy.of(lookup, properties));
		this.admission = new DeadlineServerAdmission(this.settings.perMethod(), timer);
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.DEADLINE;
	}

	DeadlineServerAdmission admission() {
		return this.admission;
	}

	@Override
	public ActivePattern pattern() {
		return ActivePattern.server("deadline");
	}

	@Override
	public Map<String, Setting<?>> settings(MethodDescriptor<?, ?> method) {
		return this.settings.settings(method);
	}

	@Override
	public Set<EndReason> refusals(MethodDescriptor<?, ?> method) {
		DeadlineServerPolicy policy = this.settings.settle(method);
		Set<EndReason> refusals = EnumSet.noneOf(EndReason.class);
		if (policy.required()) {
			refusals.add(EndReason.DEADLINE_REQUIRED);
		}
		if (Math.min(policy.defaultNanos(), policy.maxNanos()) != Long.MAX_VALUE) {
			refusals.add(EndReason.DEADLINE);
		}
		return refusals;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		ServerCallGuard guard = ServerCallGuard.current();
		DeadlineServerAdmission.Decision decision = this.admission.decision(guard.record(), headers);
		if (decision.refusal() != null) {
			return guard.refuse(call, decision.refusal());
		}
		if (decision.leftNanos() == Long.MAX_VALUE) {
			return next.startCall(call, headers);
		}
		guard.endAfter(decision.leftNanos(), EndReason.DEADLINE);
		Context context = Context.current()
			.withDeadline(Deadline.after(decision.leftNanos(), TimeUnit.NANOSECONDS), NoScheduler.INSTANCE);
		return Contexts.interceptCall(context, call, headers, next);
	}

}
