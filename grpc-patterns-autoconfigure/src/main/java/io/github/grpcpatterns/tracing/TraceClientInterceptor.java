/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.tracing;

import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.micrometer.tracing.Tracer;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;

import org.springframework.core.Ordered;
import org.springframework.grpc.client.GlobalClientInterceptor;

/**
 * Notes the span of each outbound call: its own where the stack observes it, else the one
 * that it is made in. Where each attempt has a span, it is that of the last one.
 */
@GrpcGlobalClientInterceptor
@GlobalClientInterceptor
public final class TraceClientInterceptor implements ClientInterceptor, Ordered {

	private final Tracer tracer;

	TraceClientInterceptor(Tracer tracer) {
		this.tracer = tracer;
	}

	@Override
	public int getOrder() {
		return ClientInterceptorOrder.TRACE;
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel next) {
		CallRecord record = CallRecord.of(callOptions);
		ClientCall<ReqT, RespT> call = next.newCall(method, callOptions);
		return (record != null) ? new TracedCall<>(call, record, this.tracer) : call;
	}

	/**
	 * A call whose span is the current one when it starts.
	 */
	private static final class TracedCall<ReqT, RespT>
			extends ForwardingClientCall.SimpleForwardingClientCall<ReqT, RespT> {

		private final CallRecord record;

		private final Tracer tracer;

		TracedCall(ClientCall<ReqT, RespT> call, CallRecord record, Tracer tracer) {
			super(call);
			this.record = record;
			this.tracer = tracer;
		}

		@Override
		public void start(Listener<RespT> responseListener, Metadata headers) {
			SpanTrace trace = SpanTrace.current(this.tracer);
			if (trace != null) {
				this.record.trace(trace);
			}
			super.start(responseListener, headers);
		}

	}

}
