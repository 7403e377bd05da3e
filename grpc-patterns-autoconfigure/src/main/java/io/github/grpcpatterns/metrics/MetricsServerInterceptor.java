/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import java.util.Collection;
import java.util.Set;
import java.util.function.Function;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.core.PriorityOrdered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Records the meters of each inbound call, including refused ones.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class MetricsServerInterceptor implements ServerInterceptor, PriorityOrdered {

	private final CallMeters meters;

	MetricsServerInterceptor(MeterRegistry registry, CallTimer timer, MetricsServerProperties properties,
			Function<MethodDescriptor<?, ?>, Set<EndReason>> refusals) {
		this.meters = new CallMeters(registry, timer, CallMeters.Side.SERVER, refusals, properties.messageGap(),
				properties.largeMessageBytes());
	}

	void register(Collection<MethodDescriptor<?, ?>> methods) {
		this.meters.register(methods);
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.METRICS;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		this.meters.follow(ServerCallGuard.current().record());
		return next.startCall(call, headers);
	}

}
