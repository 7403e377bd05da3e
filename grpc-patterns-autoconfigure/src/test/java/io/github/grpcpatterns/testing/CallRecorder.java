/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CallReporter;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Keeps the records of the calls that ended, as logging and metrics get them.
 */
public final class CallRecorder implements CallReporter, ServerInterceptor {

	private final BlockingQueue<CallRecord> ended = new LinkedBlockingQueue<>();

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		CallRecord.current().addReporter(this);
		return next.startCall(call, headers);
	}

	@Override
	public void ended(CallRecord call) {
		this.ended.add(call);
	}

	/**
	 * Wait for the next call to end.
	 */
	public CallRecord await() {
		try {
			CallRecord call = this.ended.poll(Duration.ofSeconds(10).toMillis(), TimeUnit.MILLISECONDS);
			if (call == null) {
				throw new AssertionError("no call ended within ten seconds");
			}
			return call;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Return how many calls ended and were not taken with {@link #await()}.
	 */
	public int count() {
		return this.ended.size();
	}

}
