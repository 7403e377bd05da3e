/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.util.List;
import java.util.NoSuchElementException;

import com.google.protobuf.Empty;
import io.github.grpcpatterns.sample.PageCursor;
import io.github.grpcpatterns.sample.product.v1.BatchCreateResponse;
import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.github.grpcpatterns.sample.product.v1.DeleteProductRequest;
import io.github.grpcpatterns.sample.product.v1.GetProductRequest;
import io.github.grpcpatterns.sample.product.v1.ListProductsRequest;
import io.github.grpcpatterns.sample.product.v1.PriceUpdate;
import io.github.grpcpatterns.sample.product.v1.Product;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc.ProductServiceImplBase;
import io.github.grpcpatterns.sample.product.v1.WatchRequest;
import io.github.grpcpatterns.stub.StreamWriter;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

/**
 * {@code product.v1.ProductService}: what its methods do, and nothing about who may call
 * them, for how long, or how failures are told. Those are settings of the starter; a
 * {@link NoSuchElementException} becomes {@code NOT_FOUND} there.
 */
@GrpcService
class ProductGrpcService extends ProductServiceImplBase {

	private final ProductStore store;

	private final PriceFeed prices;

	ProductGrpcService(ProductStore store, PriceFeed prices) {
		this.store = store;
		this.prices = prices;
	}

	@Override
	public void getProduct(GetProductRequest request, StreamObserver<Product> responses) {
		StoredProduct product = this.store.find(request.getId()).orElseThrow(() -> noSuchProduct(request.getId()));
		responses.onNext(ProductMessages.product(product));
		responses.onCompleted();
	}

	@Override
	public void createProduct(CreateProductRequest request, StreamObserver<Product> responses) {
		ProductRules.check(request);
		List<StoredProduct> created = this.store.create(List.of(NewProduct.of(request)));
		responses.onNext(ProductMessages.product(created.get(0)));
		responses.onCompleted();
	}

	@Override
	public void deleteProduct(DeleteProductRequest request, StreamObserver<Empty> responses) {
		if (!this.store.delete(request.getId())) {
			throw noSuchProduct(request.getId());
		}
		responses.onNext(Empty.getDefaultInstance());
		responses.onCompleted();
	}

	@Override
	public void listProducts(ListProductsRequest request, StreamObserver<Product> responses) {
		String category = request.hasCategory() ? request.getCategory() : null;
		PageCursor<StoredProduct> products = new PageCursor<>((after, limit) -> this.store.page(category, after, limit),
				StoredProduct::id, request.getPageToken(), request.getPageSize());
		StreamWriter.send(products.as(ProductMessages::product), responses);
	}

	@Override
	public StreamObserver<CreateProductRequest> batchCreateProducts(StreamObserver<BatchCreateResponse> responses) {
		return new ProductBatch(this.store, responses);
	}

	@Override
	public StreamObserver<WatchRequest> watchPrices(StreamObserver<PriceUpdate> responses) {
		return new PriceStream(this.store, this.prices, serverCall(responses));
	}

	static NoSuchElementException noSuchProduct(String id) {
		return new NoSuchElementException("product " + id + " does not exist");
	}

	// grpc-java hands nothing else to a service; the stub's signature does not say so
	private static <T> ServerCallStreamObserver<T> serverCall(StreamObserver<T> responses) {
		return (ServerCallStreamObserver<T>) responses;
	}

}
