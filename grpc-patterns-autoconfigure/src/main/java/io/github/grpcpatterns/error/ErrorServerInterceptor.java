/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.status.CallEnding;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.internal.status.UpstreamErrors;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Catches the exceptions of the handler and the application's interceptors before the
 * stack's exception handlers do, and ends the call with the mapped status. Errors that
 * the handler closes the call with get the same details.
 * <p>
 * Without it, exceptions reach the stack's handlers, and those that are not handled there
 * end the call as {@code UNKNOWN}.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class ErrorServerInterceptor implements ServerInterceptor, Ordered {

	private final RichStatus richStatus;

	ErrorServerInterceptor(RichStatus richStatus) {
		this.richStatus = richStatus;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.ERRORS;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		ServerCallGuard guard = ServerCallGuard.current();
		try {
			ServerCall.Listener<ReqT> listener = next.startCall(new MappedCall<>(call, guard, this.richStatus),
					headers);
			return new MappedListener<>(listener, guard);
		}
		catch (Throwable ex) {
			guard.thrown(ex);
			return new ServerCall.Listener<>() {
			};
		}
	}

	/**
	 * The call as the user's interceptors and the handler see it.
	 */
	private static final class MappedCall<ReqT, RespT> extends ForwardingServerCall<ReqT, RespT> {

		private final ServerCall<ReqT, RespT> delegate;

		private final ServerCallGuard guard;

		private final RichStatus richStatus;

		MappedCall(ServerCall<ReqT, RespT> call, ServerCallGuard guard, RichStatus richStatus) {
			this.delegate = call;
			this.guard = guard;
			this.richStatus = richStatus;
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
		public void close(Status status, Metadata trailers) {
			Throwable cause = status.getCause();
			if (status.getCode() == Status.Code.UNKNOWN && status.getDescription() == null && cause != null) {
				// A stub turns onError(exception) into this; trailers come from an
				// interceptor.
				this.guard.thrown(cause, trailers);
			}
			else if (status.isOk() || !this.guard.open()) {
				super.close(status, trailers);
			}
			else if (UpstreamErrors.contains(status, trailers)) {
				this.guard.thrown(status.asRuntimeException(trailers));
			}
			else {
				closeWithDetails(status, trailers);
			}
		}

		private void closeWithDetails(Status status, Metadata trailers) {
			CallRecord record = this.guard.record();
			if (status.getCause() != null) {
				record.exception(status.getCause(), false);
			}
			Metadata copy = new Metadata();
			copy.merge(trailers);
			CallEnding ending = this.richStatus.ending(EndReason.FAILED, status, copy, record.correlationId());
			super.close(ending.status(), ending.trailers());
		}

	}

	/**
	 * Hands on every callback, and to the guard what it throws.
	 */
	private static final class MappedListener<ReqT> extends ServerCall.Listener<ReqT> {

		private final ServerCall.Listener<ReqT> delegate;

		private final ServerCallGuard guard;

		MappedListener(ServerCall.Listener<ReqT> delegate, ServerCallGuard guard) {
			this.delegate = delegate;
			this.guard = guard;
		}

		@Override
		public void onMessage(ReqT message) {
			try {
				this.delegate.onMessage(message);
			}
			catch (Throwable ex) {
				this.guard.thrown(ex);
			}
		}

		@Override
		public void onHalfClose() {
			try {
				this.delegate.onHalfClose();
			}
			catch (Throwable ex) {
				this.guard.thrown(ex);
			}
		}

		@Override
		public void onReady() {
			try {
				this.delegate.onReady();
			}
			catch (Throwable ex) {
				this.guard.thrown(ex);
			}
		}

		@Override
		public void onCancel() {
			try {
				this.delegate.onCancel();
			}
			catch (Throwable ex) {
				this.guard.thrown(ex);
			}
		}

		@Override
		public void onComplete() {
			try {
				this.delegate.onComplete();
			}
			catch (Throwable ex) {
				this.guard.thrown(ex);
			}
		}

	}

}
