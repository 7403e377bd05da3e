/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.github.grpcpatterns.sample.product.v1.PriceUpdate;
import io.github.grpcpatterns.sample.product.v1.WatchRequest;
import io.github.grpcpatterns.shutdown.Drain;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * One client's stream of prices. Requests and readiness come on the call's threads,
 * prices on those of the feed; whoever comes takes what is due from the watch and sends
 * it, one at a time, and only while the client reads.
 */
final class PriceStream implements StreamObserver<WatchRequest> {

	/** How many products one stream may watch. */
	static final int MAX_PRODUCTS = 1_000;

	private final ProductStore store;

	private final ServerCallStreamObserver<PriceUpdate> responses;

	private final PriceWatch watch;

	// These two are guarded by this, as is every use of the responses
	private boolean halfClosed;

	private boolean ended;

	PriceStream(ProductStore store, PriceFeed prices, ServerCallStreamObserver<PriceUpdate> responses) {
		this.store = store;
		this.responses = responses;
		this.watch = prices.watch(this::send);
		responses.setOnCancelHandler(this::leave);
		responses.setOnCloseHandler(this::leave);
		responses.setOnReadyHandler(this::send);
		Drain drain = Drain.current();
		drain.onDrain(() -> {
			leave();
			drain.end(); // a watch has no end of its own, and its client goes on
							// elsewhere
		});
	}

	@Override
	public void onNext(WatchRequest request) {
		if (hasEnded()) {
			return; // it was on its way already
		}
		Set<String> added = this.watch.add(new LinkedHashSet<>(request.getProductIdsList()));
		if (this.watch.size() > MAX_PRODUCTS) {
			fail(ProductRules.refusal(List.of(ProductRules.tooManyWatched())));
			return;
		}
		List<Price> current = this.store.find(added).stream().map(Price::of).toList();
		Set<String> missing = new LinkedHashSet<>(added);
		current.forEach((price) -> missing.remove(price.productId()));
		if (!missing.isEmpty()) {
			fail(ProductGrpcService.noSuchProduct(missing.iterator().next()));
			return;
		}
		this.watch.answer(current, request.getAfterSequence());
		send();
	}

	@Override
	public void onError(Throwable failure) {
		leave();
	}

	@Override
	public void onCompleted() {
		synchronized (this) {
			this.halfClosed = true;
		}
		send();
	}

	private synchronized void send() {
		while (!this.ended && this.responses.isReady()) {
			NumberedPrice next = this.watch.poll();
			if (next != null) {
				this.responses.onNext(ProductMessages.priceUpdate(next));
			}
			else if (this.halfClosed) {
				leave();
				this.responses.onCompleted();
			}
			else {
				return;
			}
		}
	}

	private synchronized void fail(Throwable failure) {
		if (!this.ended) {
			leave();
			this.responses.onError(failure);
		}
	}

	private synchronized boolean hasEnded() {
		return this.ended;
	}

	private synchronized void leave() {
		this.ended = true;
		this.watch.close();
	}

}
