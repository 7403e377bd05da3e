/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.logging;

import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.slf4j.LoggerFactory;

import org.springframework.core.PriorityOrdered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Logs a line at the end of each inbound call, including refused ones, on the thread of
 * the call's last callback.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class LoggingServerInterceptor implements ServerInterceptor, PriorityOrdered {

	private final CallLine line;

	LoggingServerInterceptor(LoggingServerProperties properties) {
		this.line = new CallLine(LoggerFactory.getLogger("grpc.patterns.server"), properties.slowCallThreshold(),
				properties.startLine(), properties.excluded());
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.LOGGING;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		CallRecord record = ServerCallGuard.current().record();
		this.line.follow(record);
		if (this.line.tellsStart(record.method())) {
			this.line.started(record);
		}
		return next.startCall(call, headers);
	}

}
