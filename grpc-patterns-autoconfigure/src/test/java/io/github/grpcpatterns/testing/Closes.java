/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/**
 * Sees how calls are closed, as the stack's own interceptors do.
 */
public final class Closes implements ServerInterceptor {

	public final List<Status.Code> statuses = new CopyOnWriteArrayList<>();

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		return next.startCall(new ForwardingServerCall.SimpleForwardingServerCall<>(call) {

			@Override
			public void close(Status status, Metadata trailers) {
				Closes.this.statuses.add(status.getCode());
				super.close(status, trailers);
			}

		}, headers);
	}

}
