/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.correlation;

import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.AsciiBytes;
import io.github.grpcpatterns.internal.call.CorrelationScope;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.jspecify.annotations.Nullable;

import org.springframework.core.PriorityOrdered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Assigns each call its correlation id, keeps it in the MDC while code of the call runs,
 * and returns it to the client.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class CorrelationServerInterceptor implements ServerInterceptor, PriorityOrdered {

	private final Metadata.Key<byte[]> key;

	CorrelationServerInterceptor(CorrelationProperties properties) {
		this.key = AsciiBytes.key(properties.header());
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.CORRELATION;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		byte[] accepted = Ids.accepted(headers, this.key);
		String id = (accepted != null) ? Ids.text(accepted) : Ids.fresh();
		byte[] returned = (accepted != null) ? accepted : Ids.bytes(id);
		ServerCallGuard guard = ServerCallGuard.current();
		guard.record().correlationId(id);
		guard.enter(new CorrelationScope(id));
		return next.startCall(new CorrelatedCall<>(call, this.key, returned), headers);
	}

	private static final class CorrelatedCall<ReqT, RespT> extends ForwardingServerCall<ReqT, RespT> {

		private final ServerCall<ReqT, RespT> delegate;

		private final Metadata.Key<byte[]> key;

		/** {@code null} when it has been returned. */
		private byte @Nullable [] id;

		CorrelatedCall(ServerCall<ReqT, RespT> call, Metadata.Key<byte[]> key, byte[] id) {
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
			add(headers);
			super.sendHeaders(headers);
		}

		@Override
		public void close(Status status, Metadata trailers) {
			add(trailers);
			super.close(status, trailers);
		}

		private void add(Metadata metadata) {
			byte[] id = this.id;
			if (id != null) {
				this.id = null;
				metadata.discardAll(this.key);
				metadata.put(this.key, id);
			}
		}

	}

}
