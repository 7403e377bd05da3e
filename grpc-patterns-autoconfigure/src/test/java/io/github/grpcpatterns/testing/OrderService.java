/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.testing.v1.OrderRequest;
import io.github.grpcpatterns.testing.v1.OrderResponse;
import io.github.grpcpatterns.testing.v1.RuledServiceGrpc;
import io.grpc.stub.StreamObserver;

/**
 * Counts the requests that reach it, in every kind of call.
 */
public final class OrderService extends RuledServiceGrpc.RuledServiceImplBase {

	public final AtomicInteger requests = new AtomicInteger();

	public final AtomicInteger completed = new AtomicInteger();

	@Override
	public void order(OrderRequest request, StreamObserver<OrderResponse> responses) {
		StreamObserver<OrderRequest> requests = orderBidi(responses);
		requests.onNext(request);
		requests.onCompleted();
	}

	@Override
	public void orderList(OrderRequest request, StreamObserver<OrderResponse> responses) {
		order(request, responses);
	}

	@Override
	public StreamObserver<OrderRequest> orderStream(StreamObserver<OrderResponse> responses) {
		return orderBidi(responses);
	}

	@Override
	public StreamObserver<OrderRequest> orderBidi(StreamObserver<OrderResponse> responses) {
		return new StreamObserver<>() {

			@Override
			public void onNext(OrderRequest request) {
				OrderService.this.requests.incrementAndGet();
			}

			@Override
			public void onError(Throwable ex) {
			}

			@Override
			public void onCompleted() {
				OrderService.this.completed.incrementAndGet();
				responses.onNext(OrderResponse.getDefaultInstance());
				responses.onCompleted();
			}

		};
	}

}
