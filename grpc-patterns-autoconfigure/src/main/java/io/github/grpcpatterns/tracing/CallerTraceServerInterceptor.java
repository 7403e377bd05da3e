/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.tracing;

import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.micrometer.tracing.Tracer;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.core.PriorityOrdered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Notes the trace that the caller of an inbound call tells, for a call that ends before
 * it has a span of its own.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class CallerTraceServerInterceptor implements ServerInterceptor, PriorityOrdered {

	private static final Metadata.Key<String> TRACEPARENT = Metadata.Key.of("traceparent",
			Metadata.ASCII_STRING_MARSHALLER);

	/** Not where tracing is switched off. */
	private final boolean tracing;

	CallerTraceServerInterceptor(Tracer tracer) {
		this.tracing = tracer != Tracer.NOOP;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.CALLER_TRACE;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		String traceparent = this.tracing ? headers.get(TRACEPARENT) : null;
		CallerTrace trace = (traceparent != null) ? CallerTrace.of(traceparent) : null;
		if (trace != null) {
			ServerCallGuard.current().record().trace(trace);
		}
		return next.startCall(call, headers);
	}

}
