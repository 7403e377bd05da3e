/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * The innermost call of a model, as an interceptor of a user's sees it: notes threads
 * that send at the same time, and whatever follows the close.
 */
final class ModelInterceptor extends SimpleForwardingServerCall<Integer, Integer> {

	private final ModelThreads threads;

	private boolean inside;

	private int messages;

	private int closes;

	private Status closed;

	ModelInterceptor(ServerCall<Integer, Integer> call, ModelThreads threads) {
		super(call);
		this.threads = threads;
	}

	@Override
	public void sendHeaders(Metadata headers) {
		pass(() -> super.sendHeaders(headers));
	}

	@Override
	public void sendMessage(Integer message) {
		pass(() -> {
			this.messages++;
			super.sendMessage(message);
		});
	}

	@Override
	public void setMessageCompression(boolean enabled) {
		pass(() -> super.setMessageCompression(enabled));
	}

	@Override
	public void close(Status status, Metadata trailers) {
		pass(() -> {
			this.closes++;
			this.closed = status;
			super.close(status, trailers);
		});
	}

	private void pass(Runnable call) {
		if (this.inside) {
			this.threads.fault("two threads send at the same time");
		}
		if (this.closes > 0) {
			this.threads.fault("something follows the close");
		}
		this.inside = true;
		call.run();
		this.inside = false;
	}

	int messages() {
		return this.messages;
	}

	int closes() {
		return this.closes;
	}

	Status closed() {
		return this.closed;
	}

}
