package io.github.grpcpatterns.sample.product;

import java.util.Iterator;

import io.github.grpcpatterns.sample.product.v1.Product;
import io.grpc.stub.ServerCallStreamObserver;

/**
 * Sends products as fast as the client reads them. It runs when the transport has room
 * and returns when it has none: while a client is slow, no thread waits for it, nothing
 * is read for it, and at most one page is held.
 */
final class ProductListing {

	private final Iterator<StoredProduct> products;

	private final ServerCallStreamObserver<Product> responses;

	private boolean completed;

	ProductListing(Iterator<StoredProduct> products, ServerCallStreamObserver<Product> responses) {
		this.products = products;
		this.responses = responses;
	}

	/**
	 * Start sending. To be called from the service's method, after which grpc-java calls
	 * the handler for the first time: the handlers of one call never overlap.
	 */
	void start() {
		// With a handler for it, a cancel while we send is no exception here
		this.responses.setOnCancelHandler(() -> {
		});
		this.responses.setOnReadyHandler(this::send);
	}

	private void send() {
		while (!this.completed && this.responses.isReady() && !this.responses.isCancelled()) {
			if (this.products.hasNext()) {
				this.responses.onNext(ProductMessages.product(this.products.next()));
			}
			else {
				this.completed = true;
				this.responses.onCompleted();
			}
		}
	}

}
