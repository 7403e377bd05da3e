/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.logging;

import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;
import org.slf4j.LoggerFactory;

import org.springframework.core.PriorityOrdered;
import org.springframework.grpc.client.GlobalClientInterceptor;

/**
 * Logs a line at the end of each outbound call, once regardless of the number of
 * attempts, on the thread that notifies the caller.
 */
@GrpcGlobalClientInterceptor
@GlobalClientInterceptor
public final class LoggingClientInterceptor implements ClientInterceptor, PriorityOrdered {

	private final CallLine line;

	LoggingClientInterceptor(LoggingClientProperties properties) {
		this.line = new CallLine(LoggerFactory.getLogger("grpc.patterns.client"), properties.slowCallThreshold(),
				properties.startLine(), properties.excluded());
	}

	@Override
	public int getOrder() {
		return ClientInterceptorOrder.LOGGING;
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel next) {
		CallRecord call = CallRecord.of(callOptions);
		if (call == null) {
			return next.newCall(method, callOptions);
		}
		this.line.follow(call);
		ClientCall<ReqT, RespT> logged = next.newCall(method, callOptions);
		return this.line.tellsStart(method) ? new ToldCall<>(logged, call, this.line) : logged;
	}

	/**
	 * A call whose start is logged, with the correlation id that is then known.
	 */
	private static final class ToldCall<ReqT, RespT>
			extends ForwardingClientCall.SimpleForwardingClientCall<ReqT, RespT> {

		private final CallRecord call;

		private final CallLine line;

		ToldCall(ClientCall<ReqT, RespT> delegate, CallRecord call, CallLine line) {
			super(delegate);
			this.call = call;
			this.line = line;
		}

		@Override
		public void start(Listener<RespT> responseListener, Metadata headers) {
			this.line.started(this.call);
			super.start(responseListener, headers);
		}

	}

}
