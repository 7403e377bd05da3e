/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.grpc.ForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * The innermost interceptor of a server: passes on what the handler sends, one operation
 * at a time, and lets policies close the call.
 * <p>
 * A unary response that is {@code OK} without a message, or with a second one, becomes
 * {@code INTERNAL}; otherwise the client would see a reset. It is always present.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class HandlerServerInterceptor implements ServerInterceptor, Ordered {

	private static final Status NO_RESPONSE = Status.INTERNAL.withDescription("the call completed without a response");

	private static final Status TOO_MANY_RESPONSES = Status.INTERNAL.withDescription("the call had too many responses");

	HandlerServerInterceptor() {
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.HANDLER;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		ServerCallGuard guard = ServerCallGuard.current();
		guard.out().innermost(call);
		// A handler of one request is called when the client has sent it.
		boolean oneRequest = call.getMethodDescriptor().getType().clientSendsOneMessage();
		if (oneRequest ? !guard.listening() : !guard.handlerBegins()) {
			return new ServerCall.Listener<>() {
			};
		}
		return new HandlerListener<>(next.startCall(new GuardedCall<>(call, guard), headers), guard);
	}

	/**
	 * The last stop before the handler, or an interceptor of the application's.
	 */
	private static final class HandlerListener<ReqT> extends ForwardingServerCallListener<ReqT> {

		private final ServerCall.Listener<ReqT> delegate;

		private final ServerCallGuard guard;

		HandlerListener(ServerCall.Listener<ReqT> delegate, ServerCallGuard guard) {
			this.delegate = delegate;
			this.guard = guard;
		}

		@Override
		protected ServerCall.Listener<ReqT> delegate() {
			return this.delegate;
		}

		@Override
		public void onMessage(ReqT message) {
			this.delegate.onMessage(message);
		}

		@Override
		public void onHalfClose() {
			if (this.guard.handlerBegins()) {
				this.delegate.onHalfClose();
			}
		}

		@Override
		public void onReady() {
			if (this.guard.out().becameReady()) {
				this.delegate.onReady();
			}
		}

	}

	/**
	 * The call as the handler sees it.
	 */
	private static final class GuardedCall<ReqT, RespT> extends ForwardingServerCall<ReqT, RespT> {

		private final ServerCall<ReqT, RespT> delegate;

		private final ServerCallGuard guard;

		private final CallState state;

		private final CallExit out;

		private final boolean oneResponse;

		private boolean responded;

		GuardedCall(ServerCall<ReqT, RespT> call, ServerCallGuard guard) {
			this.delegate = call;
			this.guard = guard;
			this.state = guard.state();
			this.out = guard.out();
			this.oneResponse = call.getMethodDescriptor().getType().serverSendsOneMessage();
		}

		@Override
		protected ServerCall<ReqT, RespT> delegate() {
			return this.delegate;
		}

		@Override
		public void sendHeaders(Metadata headers) {
			if (this.state.handlerMaySend()) {
				this.out.sendHeaders(headers);
			}
		}

		@Override
		public void sendMessage(RespT message) {
			if (!this.state.handlerMaySend()) {
				return;
			}
			if (this.oneResponse) {
				if (this.responded) {
					CallLog.LOGGER.error("The handler of {} sent a second response to a call that has one",
							this.guard.record().methodName());
					this.guard.fail(TOO_MANY_RESPONSES);
					return;
				}
				this.responded = true;
			}
			this.out.sendMessage(message);
		}

		@Override
		public void close(Status status, Metadata trailers) {
			if (status.isOk() && this.oneResponse && !this.responded && this.state.open()) {
				CallLog.LOGGER.error("The handler of {} completed without a response",
						this.guard.record().methodName());
				this.guard.fail(NO_RESPONSE);
				return;
			}
			if (this.state.handlerCloses()) {
				this.out.close(status, trailers);
			}
		}

		/**
		 * In its place between the messages, which may wait.
		 */
		@Override
		public void setMessageCompression(boolean enabled) {
			this.out.compress(enabled);
		}

		@Override
		public void request(int numMessages) {
			if (this.state.listening()) {
				this.delegate.request(numMessages);
			}
		}

		@Override
		public boolean isReady() {
			return this.state.open() && this.out.isReady();
		}

		@Override
		public boolean isCancelled() {
			return this.state.ended() || this.state.gone() || this.delegate.isCancelled();
		}

	}

}
