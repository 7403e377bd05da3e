/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.correlation;

import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CorrelationScope;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;
import org.jspecify.annotations.Nullable;

import org.springframework.core.PriorityOrdered;
import org.springframework.grpc.client.GlobalClientInterceptor;

/**
 * Sends the correlation id of the call being handled, or a new one outside of any call,
 * and keeps it in the MDC while the caller's callbacks run. A header that the caller set
 * is kept.
 */
@GrpcGlobalClientInterceptor
@GlobalClientInterceptor
public final class CorrelationClientInterceptor implements ClientInterceptor, PriorityOrdered {

	private final Metadata.Key<String> key;

	CorrelationClientInterceptor(CorrelationProperties properties) {
		this.key = properties.key();
	}

	@Override
	public int getOrder() {
		return ClientInterceptorOrder.CORRELATION;
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel next) {
		return new CorrelatedCall<>(next.newCall(method, callOptions), CallRecord.of(callOptions), this.key,
				CorrelationId.current());
	}

	private static final class CorrelatedCall<ReqT, RespT>
			extends ForwardingClientCall.SimpleForwardingClientCall<ReqT, RespT> {

		private final @Nullable CallRecord record;

		private final Metadata.Key<String> key;

		private final @Nullable String current;

		CorrelatedCall(ClientCall<ReqT, RespT> call, @Nullable CallRecord record, Metadata.Key<String> key,
				@Nullable String current) {
			super(call);
			this.record = record;
			this.key = key;
			this.current = current;
		}

		@Override
		public void start(Listener<RespT> responseListener, Metadata headers) {
			String id = headers.get(this.key);
			if (id == null) {
				id = (this.current != null) ? this.current : Ids.fresh();
				headers.put(this.key, id);
			}
			if (this.record != null) {
				this.record.correlationId(id);
			}
			super.start(new CorrelatedListener<>(responseListener, id), headers);
		}

	}

	private static final class CorrelatedListener<RespT> extends ClientCall.Listener<RespT> {

		private final ClientCall.Listener<RespT> delegate;

		private final String id;

		CorrelatedListener(ClientCall.Listener<RespT> delegate, String id) {
			this.delegate = delegate;
			this.id = id;
		}

		@Override
		public void onHeaders(Metadata headers) {
			@Nullable String previous = CorrelationScope.put(this.id);
			try {
				this.delegate.onHeaders(headers);
			}
			finally {
				CorrelationScope.restore(previous);
			}
		}

		@Override
		public void onMessage(RespT message) {
			@Nullable String previous = CorrelationScope.put(this.id);
			try {
				this.delegate.onMessage(message);
			}
			finally {
				CorrelationScope.restore(previous);
			}
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			@Nullable String previous = CorrelationScope.put(this.id);
			try {
				this.delegate.onClose(status, trailers);
			}
			finally {
				CorrelationScope.restore(previous);
			}
		}

		@Override
		public void onReady() {
			@Nullable String previous = CorrelationScope.put(this.id);
			try {
				this.delegate.onReady();
			}
			finally {
				CorrelationScope.restore(previous);
			}
		}

	}

}
