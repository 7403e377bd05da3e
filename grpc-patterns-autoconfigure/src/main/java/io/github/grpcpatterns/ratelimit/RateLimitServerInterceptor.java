/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.ratelimit;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.github.grpcpatterns.internal.status.CallEnding;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Refuses calls that exceed the rate of their method, principal or peer, and tells the
 * caller when to retry.
 * <p>
 * Without it, or without a rate, every call is accepted. A slow shared store blocks the
 * thread of its call until the timeout.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class RateLimitServerInterceptor implements ServerInterceptor, MethodSettingsSource, Ordered {

	private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

	private final MethodSettings<RateLimitServerPolicy> settings;

	private final RateLimitServerAdmission admission;

	private final RichStatus richStatus;

	RateLimitServerInterceptor(CallLimiters limiters, RichStatus richStatus) {
		this.settings = limiters.settings();
		this.admission = new RateLimitServerAdmission(limiters.perMethod());
		this.richStatus = richStatus;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.RATE_LIMIT;
	}

	@Override
	public ActivePattern pattern() {
		return ActivePattern.server("rate-limit");
	}

	@Override
	public Map<String, Setting<?>> settings(MethodDescriptor<?, ?> method) {
		return this.settings.settings(method);
	}

	@Override
	public Set<EndReason> refusals(MethodDescriptor<?, ?> method) {
		return this.admission.limits(method) ? Set.of(EndReason.RATE_LIMITED) : Set.of();
	}

	RateLimitServerAdmission admission() {
		return this.admission;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		if (!this.admission.limits(call.getMethodDescriptor())) {
			return next.startCall(call, headers);
		}
		ServerCallGuard guard = ServerCallGuard.current();
		Long waitNanos = this.admission.decision(guard.record(), headers);
		if (this.admission.admits(waitNanos)) {
			return next.startCall(call, headers);
		}
		return guard.refuse(call, refusal(guard, waitNanos));
	}

	private CallEnding refusal(ServerCallGuard guard, long waitNanos) {
		return this.richStatus.endingWithRetry(EndReason.RATE_LIMITED, guard.record().correlationId(),
				(waitNanos - 1) / NANOS_PER_MILLI + 1);
	}

}
