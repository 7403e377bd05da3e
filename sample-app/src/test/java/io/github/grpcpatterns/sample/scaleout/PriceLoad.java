/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.scaleout;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;

import io.github.grpcpatterns.sample.product.v1.PriceUpdate;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.github.grpcpatterns.sample.product.v1.WatchRequest;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;

/**
 * Somebody who watches the price of a product, and goes on after the last update.
 */
final class PriceLoad extends StreamLoad<WatchRequest, PriceUpdate> {

	private final Channel channel;

	private final String productId;

	private final AtomicLong last = new AtomicLong();

	private final AtomicLong outOfOrder = new AtomicLong();

	PriceLoad(Channel channel, ScheduledExecutorService scheduler, String productId) {
		super(scheduler);
		this.channel = channel;
		this.productId = productId;
		start();
	}

	@Override
	StreamObserver<WatchRequest> open(StreamObserver<PriceUpdate> responses) {
		return ProductServiceGrpc.newStub(this.channel).watchPrices(responses);
	}

	@Override
	WatchRequest first() {
		return WatchRequest.newBuilder().addProductIds(this.productId).setAfterSequence(this.last.get()).build();
	}

	@Override
	void received(PriceUpdate update) {
		// what a watch is answered with first has no number of its own
		if (update.getSequence() < this.last.getAndAccumulate(update.getSequence(), Math::max)) {
			this.outOfOrder.incrementAndGet();
		}
	}

	/**
	 * Return how many updates were older than one that came before.
	 */
	long outOfOrder() {
		return this.outOfOrder.get();
	}

}
