package io.github.grpcpatterns.correlation;

import io.github.grpcpatterns.CallScope;
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
		MdcScope scope = new MdcScope(id);
		String previous = scope.enter();
		try {
			return scope.around(next.startCall(new CorrelatedCall<>(call, this.key, id), headers));
		}
		finally {
			scope.exit(previous);
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

	/**
	 * The id in the MDC.
	 */
	@SuppressWarnings("NullAway") // knows a nullable type argument only in its JSpecify
									// mode
	private record MdcScope(String id) implements CallScope<@Nullable String> {

		@Override
		public @Nullable String enter() {
			return Ids.put(this.id);
		}

		@Override
		public void exit(@Nullable String previous) {
			Ids.restore(previous);
		}

	}

}
