/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import java.util.Set;
import java.util.function.Function;

import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.micrometer.core.instrument.MeterRegistry;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;

import org.springframework.core.PriorityOrdered;
import org.springframework.grpc.client.GlobalClientInterceptor;

/**
 * Records the meters of each outbound call, once regardless of the number of attempts.
 */
@GrpcGlobalClientInterceptor
@GlobalClientInterceptor
public final class MetricsClientInterceptor implements ClientInterceptor, PriorityOrdered {

	private final CallMeters meters;

	MetricsClientInterceptor(MeterRegistry registry, CallTimer timer, MetricsClientProperties properties,
			Function<MethodDescriptor<?, ?>, Set<EndReason>> refusals) {
		this.meters = new CallMeters(registry, timer, CallMeters.Side.CLIENT, refusals, properties.messageGap(),
				properties.largeMessageBytes());
	}

	@Override
	public int getOrder() {
		return ClientInterceptorOrder.METRICS;
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel next) {
		CallRecord call = CallRecord.of(callOptions);
		if (call != null) {
			this.meters.follow(call);
		}
		return next.newCall(method, callOptions);
	}

}
