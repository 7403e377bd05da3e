/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CallReporter;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.core.PriorityOrdered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Gives each call to the {@link CallRecorder} when it is reported.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
final class RecordingServerInterceptor implements ServerInterceptor, PriorityOrdered {

	private final CallRecorder recorder;

	RecordingServerInterceptor(CallRecorder recorder) {
		this.recorder = recorder;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.CALL + 1;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		CallRecord record = CallRecord.current();
		if (record == null) {
			return next.startCall(call, headers);
		}
		Recording recording = new Recording(this.recorder);
		record.addReporter(recording);
		ServerCall.Listener<ReqT> listener = next.startCall(call, headers);
		recording.opened();
		return listener;
	}

	/**
	 * The recording of one call, which may end before its chain is set up.
	 */
	private static final class Recording implements CallReporter {

		private final CallRecorder recorder;

		private boolean open;

		private boolean ended;

		Recording(CallRecorder recorder) {
			this.recorder = recorder;
		}

		synchronized void opened() {
			if (!this.ended) {
				this.open = true;
				this.recorder.opened();
			}
		}

		@Override
		public synchronized void ended(CallRecord call) {
			this.ended = true;
			this.recorder.ended(
					new RecordedCall(call.methodName(), call.status().getCode(), call.endReason(), call.principal(),
							call.traffic().messagesReceived(), call.traffic().messagesSent(), call.correlationId()),
					this.open);
		}

	}

}
