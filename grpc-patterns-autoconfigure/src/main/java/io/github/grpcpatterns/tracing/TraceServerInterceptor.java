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

import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Notes the span of each inbound call, which is the current one of the thread inside the
 * observation of the stack.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class TraceServerInterceptor implements ServerInterceptor, Ordered {

	private final Tracer tracer;

	TraceServerInterceptor(Tracer tracer) {
		this.tracer = tracer;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.TRACE;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		SpanTrace trace = SpanTrace.current(this.tracer);
		if (trace != null) {
			ServerCallGuard.current().record().trace(trace);
		}
		return next.startCall(call, headers);
	}

}
