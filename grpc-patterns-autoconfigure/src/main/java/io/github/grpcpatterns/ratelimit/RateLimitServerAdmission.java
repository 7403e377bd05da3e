/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.ratelimit;

import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.Admission;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a call is within the rate of its method, principal or peer. A decision
 * is the time to wait in nanoseconds, zero for a call that may pass.
 */
final class RateLimitServerAdmission implements Admission<Long> {

	private final PerMethod<CallLimiter> limiters;

	RateLimitServerAdmission(PerMethod<CallLimiter> limiters) {
		this.limiters = limiters;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.RATE_LIMIT;
	}

	/**
	 * Return whether the calls of a method are limited at all.
	 */
	boolean limits(MethodDescriptor<?, ?> method) {
		return this.limiters.get(method) != CallLimiter.NONE;
	}

	@Override
	public @Nullable Long decide(CallRecord call, Metadata headers, Effort effort) {
		CallLimiter limiter = this.limiters.get(call.method());
		return limiter.decides(call, effort) ? limiter.acquire(call) : null;
	}

	@Override
	public boolean admits(Long waitNanos) {
		return waitNanos == 0;
	}

}
