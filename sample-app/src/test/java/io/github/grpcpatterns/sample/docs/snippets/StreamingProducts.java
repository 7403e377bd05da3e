/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.docs.snippets;

import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.grpcpatterns.sample.product.v1.ListProductsRequest;
import io.github.grpcpatterns.sample.product.v1.PriceUpdate;
import io.github.grpcpatterns.sample.product.v1.Product;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.github.grpcpatterns.shutdown.Drain;
import io.github.grpcpatterns.stub.ResumableStream;
import io.github.grpcpatterns.stub.StreamWriter;
import io.grpc.stub.StreamObserver;

class StreamingProducts extends ProductServiceGrpc.ProductServiceImplBase {

	private final Store store;

	StreamingProducts(Store store) {
		this.store = store;
	}

	@Override
	public void listProducts(ListProductsRequest request, StreamObserver<Product> responses) {
		StreamWriter.send(this.store.products(request), responses);
	}

	static void read(ProductServiceGrpc.ProductServiceStub stub, StreamObserver<Product> products) {
		ResumableStream.Running running = ResumableStream
			.of(stub, ProductServiceGrpc.getListProductsMethod(),
					(last) -> ListProductsRequest.newBuilder().setPageToken((last != null) ? last.getId() : "").build())
			.start(products);
		running.cancel();
	}

	interface Store {

		Stream<Product> products(ListProductsRequest request);

	}

	abstract static class Watch {

		abstract Subscription subscribe(String productId, Consumer<PriceUpdate> prices);

		void watchPrice(String productId, StreamObserver<PriceUpdate> responses) {
			Subscription prices = subscribe(productId, responses::onNext);
			Drain.current().onDrain(() -> {
				prices.cancel();
				responses.onCompleted();
			});
		}

	}

	interface Subscription {

		void cancel();

	}

}
