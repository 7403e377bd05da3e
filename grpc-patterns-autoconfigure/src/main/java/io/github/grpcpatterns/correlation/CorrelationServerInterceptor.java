package io.github.grpcpatterns.correlation;

import io.github.grpcpatterns.ServerCallGuard;
import io.github.grpcpatterns.ServerInterceptorOrder;
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
 * Gives each call its correlation id, answers with it, and keeps it in the MDC while the
 * call's code runs: {@code startCall} and every callback, on whichever thread.
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
			return new CorrelatedListener<>(next.startCall(new CorrelatedCall<>(call, this.key, id), headers), id);
		}
		finally {
			Ids.restore(previous);
		}
	}

	private static final class CorrelatedCall<ReqT, RespT>
			extends ForwardingServerCall.SimpleForwardingServerCall<ReqT, RespT> {

		private final Metadata.Key<String> key;

		private final String id;

		private boolean headersSent;

		CorrelatedCall(ServerCall<ReqT, RespT> call, Metadata.Key<String> key, String id) {
			super(call);
			this.key = key;
			this.id = id;
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

	private static final class CorrelatedListener<ReqT> extends ServerCall.Listener<ReqT> {

		private final ServerCall.Listener<ReqT> delegate;

		private final String id;

		CorrelatedListener(ServerCall.Listener<ReqT> delegate, String id) {
			this.delegate = delegate;
			this.id = id;
		}

		@Override
		public void onMessage(ReqT message) {
			@Nullable String previous = Ids.put(this.id);
			try {
				this.delegate.onMessage(message);
			}
			finally {
				Ids.restore(previous);
			}
		}

		@Override
		public void onHalfClose() {
			@Nullable String previous = Ids.put(this.id);
			try {
				this.delegate.onHalfClose();
			}
			finally {
				Ids.restore(previous);
			}
		}

		@Override
		public void onCancel() {
			@Nullable String previous = Ids.put(this.id);
			try {
				this.delegate.onCancel();
			}
			finally {
				Ids.restore(previous);
			}
		}

		@Override
		public void onComplete() {
			@Nullable String previous = Ids.put(this.id);
			try {
				this.delegate.onComplete();
			}
			finally {
				Ids.restore(previous);
			}
		}

		@Override
		public void onReady() {
			@Nullable String previous = Ids.put(this.id);
			try {
				this.delegate.onReady();
			}
			finally {
				Ids.restore(previous);
			}
		}

	}

}
