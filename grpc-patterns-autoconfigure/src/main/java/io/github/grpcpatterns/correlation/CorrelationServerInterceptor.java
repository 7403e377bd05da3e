/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.correlation;

import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.CorrelationScope;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.core.PriorityOrdered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Assigns each call its correlation id, keeps it in the MDC while code of the call runs,
 * and returns it to the client.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class CorrelationServerInterceptor implements ServerInterceptor, PriorityOrdered {

	private final Metadata.Key<String> key;

	CorrelationServerInterceptor(CorrelationProperties properties) {
		this.key = properties.key();
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.CORRELATION;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		String accepted = Ids.accepted(headers, this.key);
		String id = (accepted != null) ? accepted : Ids.fresh();
		ServerCallGuard guard = ServerCallGuard.current();
		guard.record().correlationId(id);
		guard.enter(new CorrelationScope(id));
		return next.startCall(new CorrelatedCall<>(call, this.key, id), headers);
	}

	private static final class CorrelatedCall<ReqT, RespT> extends ForwardingServerCall<ReqT, RespT> {

		private final ServerCall<ReqT, RespT> delegate;

		private final Metadata.Key<String> key;

		private final String id;

		private boolean headersSent;

		CorrelatedCall(ServerCall<ReqT, RespT> call, Metadata.Key<String> key, String id) {
			this.delegate = call;
			this.key = key;
			this.id = id;
		}

		@Override
		protected ServerCall<ReqT, RespT> delegate() {
			return this.delegate;
		}

		@Override
		public void sendMessage(RespT message) {
			this.delegate.sendMessage(message);
		}

		@Override
		public boolean isReady() {
			return this.delegate.isReady();
		}

		@Override
		public void sendHeaders(Metadata headers) {
			this.headersSent = true;
			set(headers);
			super.sendHeaders(headers);
		}

		@Override
		public void close(Status status, Metadata trailers) {
			if (!this.headersSent) {
				set(trailers);
			}
			super.close(status, trailers);
		}

		private void set(Metadata metadata) {
			metadata.discardAll(this.key);
			metadata.put(this.key, this.id);
		}

	}

}
