/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.deadline;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;

import org.springframework.core.Ordered;
import org.springframework.grpc.client.GlobalClientInterceptor;

/**
 * Sets the deadline of outbound calls, unless the caller's own is earlier. grpc-java
 * enforces the deadline of a call being handled.
 */
@GrpcGlobalClientInterceptor
@GlobalClientInterceptor
public final class DeadlineClientInterceptor implements ClientInterceptor, MethodSettingsSource, Ordered {

	private final MethodSettings<DeadlineClientPolicy> settings;

	private final PerMethod<DeadlineClientPolicy> policies;

	DeadlineClientInterceptor(DeadlineClientProperties properties) {
		this.settings = MethodSettings.client(properties.methodOverrides(),
				(lookup) -> DeadlineClientPolicy.of(lookup, properties));
		this.policies = this.settings.perMethod();
	}

	@Override
	public ActivePattern pattern() {
		return ActivePattern.client("deadline");
	}

	@Override
	public Map<String, Setting<?>> settings(MethodDescriptor<?, ?> method) {
		return this.settings.settings(method);
	}

	@Override
	public Set<EndReason> refusals(MethodDescriptor<?, ?> method) {
		return (this.settings.settle(method).nanos() != Long.MAX_VALUE) ? Set.of(EndReason.DEADLINE) : Set.of();
	}

	@Override
	public int getOrder() {
		return ClientInterceptorOrder.DEADLINE;
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel next) {
		long nanos = this.policies.get(method).nanos();
		if (nanos == Long.MAX_VALUE) {
			return next.newCall(method, callOptions);
		}
		Deadline ours = Deadline.after(nanos, TimeUnit.NANOSECONDS);
		Deadline callers = callOptions.getDeadline();
		if (callers != null && !ours.isBefore(callers)) {
			return next.newCall(method, callOptions);
		}
		CallRecord call = CallRecord.of(callOptions);
		if (call != null) {
			call.policyDeadline(ours);
		}
		return next.newCall(method, callOptions.withDeadline(ours));
	}

}
