/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * The call as the transport sees it: counts messages, and closes once.
 * <p>
 * Like each call of ours it calls the next one itself where that happens for each
 * message: in the shared code of the superclass the compiler meets all of them, and
 * cannot inline any.
 */
final class ReportedCall<ReqT, RespT> extends ForwardingServerCall<ReqT, RespT> {

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
