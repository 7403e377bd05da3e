package io.github.grpcpatterns.internal.call;

import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.concurrent.Trampoline;
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
 * The inner end of the guard: what the handler sends passes here, one thing at a time,
 * and here a policy closes the call.
 * <p>
 * A unary answer that is {@code OK} without a message, or with a second one, becomes
 * {@code INTERNAL}; without this the client would see a reset. It is always there.
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
			Runnable visitor = this.guard.in().takeVisitor();
			if (visitor != null) {
				visitor.run();
			}
			else {
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

		private final Trampoline out;

		private final boolean oneResponse;

		private boolean responded;

		private volatile boolean owesReady;

		GuardedCall(ServerCall<ReqT, RespT> call, ServerCallGuard guard) {
			this.delegate = call;
			this.guard = guard;
			this.out = guard.out().turns();
			this.oneResponse = call.getMethodDescriptor().getType().serverSendsOneMessage();
		}

		@Override
		protected ServerCall<ReqT, RespT> delegate() {
			return this.delegate;
		}

		@Override
		public void sendHeaders(Metadata headers) {
			if (!this.guard.state().handlerMaySend()) {
				return;
			}
			if (this.out.tryEnter()) {
				try {
					sendHeadersNow(headers);
				}
				finally {
					this.out.exit();
				}
			}
			else {
				later(() -> sendHeadersNow(headers));
			}
		}

		private void sendHeadersNow(Metadata headers) {
			if (this.guard.listening()) {
				this.delegate.sendHeaders(headers);
			}
		}

		@Override
		public void sendMessage(RespT message) {
			if (!this.guard.state().handlerMaySend()) {
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
			if (this.out.tryEnter()) {
				try {
					sendNow(message);
				}
				finally {
					this.out.exit();
				}
			}
			else {
				leave(message);
			}
		}

		@SuppressWarnings("unchecked") // as countLeft demands
		private void leave(RespT message) {
			LeftMessages<RespT> left = (LeftMessages<RespT>) this.guard.leftMessages();
			if (left == null) {
				later(() -> sendNow(message));
			}
			else if (left.leave(message)) {
				later(() -> {
					left.take(message);
					sendNow(message);
				});
			}
		}

		private void sendNow(RespT message) {
			if (this.guard.listening()) {
				this.delegate.sendMessage(message);
			}
		}

		private void later(Runnable send) {
			this.out.execute(() -> {
				try {
					send.run();
				}
				catch (Throwable ex) {
					this.guard.thrown(ex);
				}
			});
		}

		@Override
		public void close(Status status, Metadata trailers) {
			if (status.isOk() && this.oneResponse && !this.responded) {
				CallLog.LOGGER.error("The handler of {} completed without a response",
						this.guard.record().methodName());
				this.guard.fail(NO_RESPONSE);
				return;
			}
			if (!this.guard.state().handlerCloses()) {
				return;
			}
			if (this.out.tryEnter()) {
				try {
					closeNow(status, trailers);
				}
				finally {
					this.out.exit();
				}
			}
			else {
				this.out.execute(() -> closeNow(status, trailers));
			}
		}

		private void closeNow(Status status, Metadata trailers) {
			try {
				this.delegate.close(status, trailers);
			}
			catch (Throwable ex) {
				this.guard.closeFailed(ex);
			}
		}

		/**
		 * In its place between the messages, which may be left for another thread.
		 */
		@Override
		public void setMessageCompression(boolean enabled) {
			if (this.out.tryEnter()) {
				try {
					this.delegate.setMessageCompression(enabled);
				}
				finally {
					this.out.exit();
				}
			}
			else {
				later(() -> this.delegate.setMessageCompression(enabled));
			}
		}

		@Override
		public void request(int numMessages) {
			if (this.guard.listening()) {
				this.delegate.request(numMessages);
			}
		}

		@Override
		public boolean isReady() {
			if (!this.guard.listening() || !this.delegate.isReady()) {
				return false;
			}
			if (!this.out.hasWaiting()) {
				return true;
			}
			// What another thread has still to send is not counted yet by anybody
			if (!this.owesReady) {
				this.owesReady = true;
				this.out.execute(this::tellReady);
			}
			return false;
		}

		private void tellReady() {
			this.owesReady = false;
			if (this.delegate.isReady()) {
				this.guard.tellReady();
			}
		}

		@Override
		public boolean isCancelled() {
			return this.guard.ended() || this.delegate.isCancelled();
		}

	}

}
