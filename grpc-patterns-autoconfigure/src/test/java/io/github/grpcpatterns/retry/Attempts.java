/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/**
 * Stands inside the retries and sees each attempt. It adds a header, as interceptors do.
 */
final class Attempts implements ClientInterceptor {

	static final Metadata.Key<String> ADDED = Metadata.Key.of("added", Metadata.ASCII_STRING_MARSHALLER);

	/** The headers of each attempt, as it was given them. */
	final List<Metadata> headers = new CopyOnWriteArrayList<>();

	volatile CallRecord record;

	int count() {
		return this.headers.size();
	}

	/**
	 * Return what the attempts say of those before them.
	 */
	List<String> previous() {
		return this.headers.stream()
			.map((headers) -> String.valueOf(headers.get(RetryAttempt.PREVIOUS_ATTEMPTS)))
			.toList();
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel next) {
		this.record = CallRecord.of(callOptions);
		return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, callOptions)) {

			@Override
			public void start(Listener<RespT> responseListener, Metadata headers) {
				Metadata copy = new Metadata();
				copy.merge(headers);
				Attempts.this.headers.add(copy);
				headers.put(ADDED, "yes");
				super.start(responseListener, headers);
			}

		};
	}

}
