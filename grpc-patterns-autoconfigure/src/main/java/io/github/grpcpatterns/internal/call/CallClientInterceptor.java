/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.status.UpstreamErrors;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Deadline;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;
import org.jspecify.annotations.Nullable;

import org.springframework.core.PriorityOrdered;
import org.springframework.grpc.client.GlobalClientInterceptor;

/**
 * The outermost interceptor of a client: creates the {@link CallRecord} of each call, and
 * reports the end of the call just before its caller is notified, on the thread that runs
 * the caller's callbacks.
 */
@GrpcGlobalClientInterceptor
@GlobalClientInterceptor
public final class CallClientInterceptor implements ClientInterceptor, PriorityOrdered {

	private final CallTimer timer;

	private final CalledMethods calledMethods;

	CallClientInterceptor(CallTimer timer, CalledMethods calledMethods) {
		this.timer = timer;
		this.calledMethods = calledMethods;
	}

	@Override
	public int getOrder() {
		return ClientInterceptorOrder.CALL;
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel next) {
		CallRecord record = CallRecord.client(method);
		CallOptions options = callOptions.withOption(CallRecord.CLIENT, record);
		if (record.streaming()) {
			options = options.withStreamTracerFactory(new CallClientTracer(record));
		}
		try {
			return new RecordedCall<>(next.newCall(method, options), record);
		}
		catch (Throwable ex) { // of an interceptor further in: the call is over
			record.start(this.timer.nanoTime());
			end(record, Status.fromThrowable(ex));
			throw ex;
		}
	}

	private void end(CallRecord record, Status status) {
		EndReason reason = EndReason.of(status.getCode());
		Deadline ours = (reason == EndReason.DEADLINE) ? record.policyDeadline() : null;
		if (ours != null && ours.isExpired()) {
			record.refusedByPolicy();
		}
		record.end(status, reason, this.timer.nanoTime());
	}

	/**
	 * A call with its record, which reports nothing unless the call is started.
	 */
	private final class RecordedCall<ReqT, RespT> extends ForwardingClientCall.SimpleForwardingClientCall<ReqT, RespT> {

		private final CallRecord record;

		private final AtomicBoolean reported = new AtomicBoolean();

		/** The caller's thread only. */
		private boolean started;

		private volatile boolean cancelled;

		RecordedCall(ClientCall<ReqT, RespT> call, CallRecord record) {
			super(call);
			this.record = record;
		}

		@Override
		public void start(Listener<RespT> responseListener, Metadata headers) {
			if (this.started) {
				throw new IllegalStateException("Already started");
			}
			this.started = true;
			CallClientInterceptor.this.calledMethods.called(this.record.method());
			this.record.start(CallClientInterceptor.this.timer.nanoTime());
			try {
				super.start(new RecordedListener<>(responseListener, this), headers);
			}
			catch (Throwable ex) {
				report(this.cancelled ? Status.CANCELLED.withCause(ex) : Status.fromThrowable(ex));
				throw ex;
			}
		}

		@Override
		public void cancel(@Nullable String message, @Nullable Throwable cause) {
			this.cancelled = true;
			super.cancel(message, cause);
		}

		@Override
		public void sendMessage(ReqT message) {
			super.sendMessage(message);
			if (!this.reported.get()) { // else it was dropped
				this.record.sent();
			}
		}

		void report(Status status) {
			if (this.reported.compareAndSet(false, true)) {
				this.record.peer(peer());
				end(this.record, status);
			}
		}

		private @Nullable SocketAddress peer() {
			try {
				return getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
			}
			catch (Throwable ex) { // or the caller would never hear of the end
				CallLog.LOGGER.debug("No peer of a call of {}", this.record.methodName(), ex);
				return null;
			}
		}

	}

	private static final class RecordedListener<RespT>
			extends ForwardingClientCallListener.SimpleForwardingClientCallListener<RespT> {

		private final RecordedCall<?, RespT> call;

		RecordedListener(ClientCall.Listener<RespT> listener, RecordedCall<?, RespT> call) {
			super(listener);
			this.call = call;
		}

		@Override
		public void onMessage(RespT message) {
			this.call.record.received(this.call.record.traffic().parsed());
			super.onMessage(message);
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			this.call.report(status);
			super.onClose(status.isOk() ? status : UpstreamErrors.add(status, trailers), trailers);
		}

	}

}
