/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * A channel that ends each call as it starts.
 */
public final class EndedChannel extends Channel {

	/** How many calls were made. */
	public final AtomicInteger calls = new AtomicInteger();

	private final String authority;

	private final Status status;

	public EndedChannel(String authority, Status status) {
		this.authority = authority;
		this.status = status;
	}

	@Override
	public String authority() {
		return this.authority;
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> newCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions) {
		this.calls.incrementAndGet();
		return new ClientCall<>() {

			@Override
			public void start(Listener<RespT> listener, Metadata headers) {
				listener.onClose(EndedChannel.this.status, new Metadata());
			}

			@Override
			public void request(int numMessages) {
			}

			@Override
			public void cancel(String message, Throwable cause) {
			}

			@Override
			public void halfClose() {
			}

			@Override
			public void sendMessage(ReqT message) {
			}

		};
	}

}
