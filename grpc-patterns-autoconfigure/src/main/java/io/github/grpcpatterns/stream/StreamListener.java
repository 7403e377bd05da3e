/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import io.grpc.ForwardingServerCallListener;
import io.grpc.ServerCall;

/**
 * Passes the callbacks of a stream to the handler.
 *
 * @param <ReqT> the type of requests
 */
final class StreamListener<ReqT> extends ForwardingServerCallListener<ReqT> {

	private final StreamCall<ReqT, ?> call;

	private final ServerCall.Listener<ReqT> delegate;

	StreamListener(StreamCall<ReqT, ?> call, ServerCall.Listener<ReqT> delegate) {
		this.call = call;
		this.delegate = delegate;
	}

	@Override
	protected ServerCall.Listener<ReqT> delegate() {
		return this.delegate;
	}

	@Override
	public void onMessage(ReqT message) {
		if (this.call.received(message)) {
			this.delegate.onMessage(message);
		}
	}

	@Override
	public void onHalfClose() {
		this.call.receivedAll();
		this.delegate.onHalfClose();
	}

}
