package io.github.grpcpatterns.internal.call;

import java.util.concurrent.atomic.AtomicBoolean;

import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.status.UpstreamErrors;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;

import org.springframework.core.PriorityOrdered;
import org.springframework.grpc.client.GlobalClientInterceptor;

/**
 * The outermost interceptor of a client: gives each call its {@link CallRecord}, and
 * reports how the call ended just before its caller hears of it, on the thread that runs
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
		this.calledMethods.called(method);
		CallRecord record = new CallRecord(this.timer.nanoTime());
		record.begin(method, null);
		CallOptions options = callOptions.withOption(CallRecord.CLIENT, record);
		if (record.streaming()) {
			options = options.withStreamTracerFactory(new CallClientTracer(record));
		}
		try {
			return new RecordedCall<>(next.newCall(method, options), record);
		}
		catch (RuntimeException | Error ex) { // of an interceptor further in
			Status status = Status.fromThrowable(ex);
			record.end(status, EndReason.of(status.getCode()), this.timer.nanoTime());
			throw ex;
		}
	}

	private final class RecordedCall<ReqT, RespT> extends ForwardingClientCall.SimpleForwardingClientCall<ReqT, RespT> {

		private final CallRecord record;

		private final AtomicBoolean reported = new AtomicBoolean();

		RecordedCall(ClientCall<ReqT, RespT> call, CallRecord record) {
			super(call);
			this.record = record;
		}

		@Override
		public void start(Listener<RespT> responseListener, Metadata headers) {
			try {
				super.start(new RecordedListener<>(responseListener, this), headers);
			}
			catch (RuntimeException | Error ex) {
				report(Status.fromThrowable(ex));
				throw ex;
			}
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
				this.record.peer(getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
				this.record.end(status, EndReason.of(status.getCode()), CallClientInterceptor.this.timer.nanoTime());
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
