/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.List;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Records what only the transport knows of an inbound call: its arrival, the status with
 * which the stream closed, message sizes, and calls of unknown methods.
 * <p>
 * Its methods run on threads of the transport, except those about sent messages, which in
 * some transports run on the sending thread.
 */
final class CallServerTracer extends ServerStreamTracer {

	private final CallRecord record;

	private final Factory factory;

	private final String methodName;

	/**
	 * The thread that is telling the size of a message that is not compressed. Only that
	 * thread itself can see itself here.
	 */
	private @Nullable Thread telling;

	private volatile boolean resolved;

	private CallServerTracer(CallRecord record, Factory factory, String methodName) {
		this.record = record;
		this.factory = factory;
		this.methodName = methodName;
	}

	@Override
	public Context filterContext(Context context) {
		return context.withValue(CallRecord.SERVER, this.record);
	}

	@Override
	public void serverCallStarted(ServerCallInfo<?, ?> callInfo) {
		this.resolved = true;
	}

	/**
	 * Where the size of a message is known at once, this tells it a second time, on the
	 * same thread. Else the message is compressed, and this tells what is inflated while
	 * the marshaller reads, just before {@code onMessage}; meanwhile the transport may be
	 * telling of a later message.
	 */
	@Override
	public void inboundUncompressedSize(long bytes) {
		if (this.telling == Thread.currentThread()) {
			this.telling = null;
		}
		else {
			this.record.traffic().inflated(bytes);
		}
	}

	@Override
	public void inboundMessageRead(int seqNo, long optionalWireSize, long optionalUncompressedSize) {
		this.record.traffic().read(optionalUncompressedSize);
		if (optionalUncompressedSize >= 0) {
			this.telling = Thread.currentThread();
			this.record.size(false, optionalUncompressedSize);
		}
	}

	@Override
	public void outboundMessageSent(int seqNo, long optionalWireSize, long optionalUncompressedSize) {
		if (optionalUncompressedSize >= 0) {
			this.record.size(true, optionalUncompressedSize);
		}
	}

	@Override
	public void streamClosed(Status status) {
		this.record.transportClosed(status, this.factory.timer.nanoTime());
		ServerCallGuard guard = this.record.guardIfAny();
		if (guard != null) {
			guard.transportClosed();
		}
		// a registered method gets here if its compression is unknown
		else if (!this.resolved && status.getCode() == Status.Code.UNIMPLEMENTED
				&& !this.factory.methods.contains(this.methodName)) {
			this.factory.unknownMethodListeners.forEach(UnknownMethodListener::unknownMethod);
		}
	}

	/**
	 * Makes the tracer of each stream, and with it the record of the call.
	 */
	static final class Factory extends ServerStreamTracer.Factory {

		private final CallTimer timer;

		private final RegisteredMethods methods;

		private final List<UnknownMethodListener> unknownMethodListeners;

		private final boolean headersFirst;

		/**
		 * Create it.
		 * @param headersFirst whether the transport cannot send trailers alone
		 */
		Factory(CallTimer timer, RegisteredMethods methods, List<UnknownMethodListener> unknownMethodListeners,
				boolean headersFirst) {
			this.timer = timer;
			this.methods = methods;
			this.unknownMethodListeners = unknownMethodListeners;
			this.headersFirst = headersFirst;
		}

		@Override
		public ServerStreamTracer newServerStreamTracer(String fullMethodName, @Nullable Metadata headers) {
			CallRecord record = new CallRecord(this.timer.nanoTime(), this.headersFirst);
			return new CallServerTracer(record, this, fullMethodName);
		}

	}

}
