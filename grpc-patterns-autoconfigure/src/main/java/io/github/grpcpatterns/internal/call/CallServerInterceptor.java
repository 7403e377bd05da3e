/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.function.Consumer;

import io.github.grpcpatterns.ServerInterceptorOrder;
import io.grpc.Context;
import io.grpc.ForwardingServerCall;
import io.grpc.Grpc;
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
 * The outermost interceptor of a server: creates the {@link CallRecord} and the
 * {@link ServerCallGuard} of each call, runs one callback at a time, and reports the end
 * of the call.
 * <p>
 * No exception from further in passes it. It is always present; no pattern works without
 * it.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class CallServerInterceptor implements ServerInterceptor, PriorityOrdered {

	private final ServerCallGuard.Shared shared;

	CallServerInterceptor(ServerCallGuard.Shared shared) {
		this.shared = shared;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.CALL;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		Context context = Context.current();
		CallRecord record = CallRecord.SERVER.get(context);
		// No tracer, or a call within a call: then the context alone tells of a cancel
		// while a callback is under way.
		boolean traced = record != null && record.guardIfAny() == null;
		if (record == null || !traced) {
			record = new CallRecord(this.shared.timer().nanoTime());
			context = context.withValue(CallRecord.SERVER, record);
		}
		record.begin(call.getMethodDescriptor(), call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
		ServerCallGuard guard = new ServerCallGuard(record, context, this.shared);
		record.guard(guard);
		ReportedCall<ReqT, RespT> reported = new ReportedCall<>(call, guard);
		guard.out().outermost(reported);
		SerializedListener<ReqT> listener = new SerializedListener<>(guard);
		guard.in().tryEnter(); // succeeds, because the guard is not published yet
		this.shared.liveCalls().add(guard);
		if (!traced) {
			context.addListener((cancelled) -> guard.transportClosed(), Runnable::run);
		}
		else if (record.transportStatus() != null) { // before there was a guard to tell
			guard.transportClosed();
		}
		Consumer<ServerCallGuard> earlyEnd = record.earlyEnd();
		if (earlyEnd != null) {
			earlyEnd.accept(guard);
		}
		listener.delegate = start(reported, headers, next, guard);
		guard.in().started(listener.delegate);
		guard.in().exit();
		return listener;
	}

	private static <ReqT, RespT> ServerCall.Listener<ReqT> start(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next, ServerCallGuard guard) {
		Context previous = guard.in().enter();
		try {
			return next.startCall(call, headers);
		}
		catch (Throwable ex) {
			guard.out().innermost(call);
			guard.thrown(ex);
			return new ServerCall.Listener<>() {
			};
		}
		finally {
			guard.in().leave(previous);
			guard.out().innermost(call); // where the chain did not reach its end
		}
	}

	/**
	 * The call as the transport sees it: counts messages, and closes once.
	 * <p>
	 * Like each call of ours it calls the next one itself where that happens for each
	 * message: in the shared code of the superclass the compiler meets all of them, and
	 * cannot inline any.
	 */
	private static final class ReportedCall<ReqT, RespT> extends ForwardingServerCall<ReqT, RespT> {

		private final ServerCall<ReqT, RespT> delegate;

		private final ServerCallGuard guard;

		private boolean headersSent;

		ReportedCall(ServerCall<ReqT, RespT> call, ServerCallGuard guard) {
			this.delegate = call;
			this.guard = guard;
		}

		@Override
		protected ServerCall<ReqT, RespT> delegate() {
			return this.delegate;
		}

		@Override
		public void sendHeaders(Metadata headers) {
			this.headersSent = true;
			this.delegate.sendHeaders(headers);
		}

		@Override
		public void sendMessage(RespT message) {
			// a closed stream drops the message
			boolean dropped = this.guard.record().transportStatus() != null;
			this.delegate.sendMessage(message);
			if (!dropped) {
				this.guard.record().sent();
			}
		}

		@Override
		public boolean isReady() {
			return this.delegate.isReady();
		}

		@Override
		public void close(Status status, Metadata trailers) {
			if (this.guard.life().closing(status, isReady())) {
				if (this.guard.record().headersFirst() && !this.headersSent && !isCancelled()) {
					sendHeaders(new Metadata());
				}
				super.close(status, trailers);
			}
		}

	}

	/**
	 * Delivers one callback at a time, in the call's {@link Context}.
	 * <p>
	 * The only request of a method that has one is delivered with the half-close that
	 * follows: grpc-java delays it until then, and entering the call once for both saves
	 * a unary call a fifth of what entering costs it.
	 */
	private static final class SerializedListener<ReqT> extends ServerCall.Listener<ReqT> {

		private final ServerCallGuard guard;

		private ServerCall.@Nullable Listener<ReqT> delegate;

		/** The only one, until the half-close. */
		private @Nullable ReqT request;

		SerializedListener(ServerCallGuard guard) {
			this.guard = guard;
		}

		@Override
		public void onMessage(ReqT message) {
			CallRecord record = this.guard.record();
			if (this.request == null && record.method().getType().clientSendsOneMessage()) {
				this.request = message;
				return;
			}
			// On the thread that has just parsed it
			long bytes = record.traffic().parsed();
			CallbackEntry in = this.guard.in();
			if (in.tryEnter()) {
				try {
					deliverMessage(message, bytes);
				}
				finally {
					in.exit();
				}
			}
			else {
				in.execute(() -> deliverMessage(message, bytes));
			}
		}

		@Override
		public void onHalfClose() {
			run(Callback.HALF_CLOSE);
		}

		@Override
		public void onReady() {
			run(Callback.READY);
		}

		@Override
		public void onComplete() {
			run(Callback.COMPLETE);
		}

		@Override
		public void onCancel() {
			this.guard.cancelledByTransport();
			this.guard.out().cancelled(() -> run(Callback.CANCEL));
		}

		private void run(Callback callback) {
			CallbackEntry in = this.guard.in();
			if (in.tryEnter()) {
				try {
					deliver(callback);
				}
				finally {
					in.exit();
				}
			}
			else {
				in.execute(() -> deliver(callback));
			}
		}

		private void deliverMessage(ReqT message, long bytes) {
			if (!this.guard.listening()) {
				return;
			}
			Context previous = this.guard.in().enter();
			try {
				message(message, bytes);
			}
			catch (Throwable ex) {
				this.guard.thrown(ex);
			}
			finally {
				this.guard.in().leave(previous);
			}
		}

		private void message(ReqT message, long bytes) {
			if ((Object) message instanceof MalformedRequest malformed) {
				malformed.end(this.guard);
				return;
			}
			this.guard.record().received(bytes);
			delegate().onMessage(message);
		}

		private void deliver(Callback callback) {
			boolean last = callback == Callback.COMPLETE || callback == Callback.CANCEL;
			if (last ? !this.guard.ended() : this.guard.listening()) {
				Context previous = this.guard.in().enter();
				try {
					if (callback != Callback.HALF_CLOSE || halfCloses()) {
						callback.call(delegate());
					}
				}
				catch (Throwable ex) {
					this.guard.thrown(ex);
				}
				finally {
					this.guard.in().leave(previous);
				}
			}
			if (last) {
				this.guard.context().callbacksOver(callback == Callback.CANCEL);
				this.guard.life().report(callback == Callback.CANCEL);
			}
		}

		/**
		 * Deliver the only request.
		 * @return whether the half-close may follow
		 */
		private boolean halfCloses() {
			ReqT request = this.request;
			if (request != null) {
				this.request = null;
				message(request, this.guard.record().traffic().parsed());
			}
			return this.guard.listening();
		}

		private ServerCall.Listener<ReqT> delegate() {
			ServerCall.Listener<ReqT> delegate = this.delegate;
			if (delegate == null) {
				throw new IllegalStateException("a callback came before the call was started");
			}
			return delegate;
		}

	}

	private enum Callback {

		HALF_CLOSE {
			@Override
			void call(ServerCall.Listener<?> listener) {
				listener.onHalfClose();
			}
		},

		READY {
			@Override
			void call(ServerCall.Listener<?> listener) {
				listener.onReady();
			}
		},

		COMPLETE {
			@Override
			void call(ServerCall.Listener<?> listener) {
				listener.onComplete();
			}
		},

		CANCEL {
			@Override
			void call(ServerCall.Listener<?> listener) {
				listener.onCancel();
			}
		};

		abstract void call(ServerCall.Listener<?> listener);

	}

}
