package io.github.grpcpatterns.correlation;

import io.github.grpcpatterns.ServerInterceptorOrder;
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
 * Gives each call its correlation id and answers with it. In the MDC it is here while
 * {@code startCall} runs; while callbacks run the guard keeps it there.
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
		ServerCallGuard.current().record().correlationId(id);
		String previous = Ids.put(id);
		try {
			return next.startCall(new CorrelatedCall<>(call, this.key, id), headers);
		}
		finally {
			Ids.restore(previous);
		}
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
