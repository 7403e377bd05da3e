/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.util.ArrayList;
import java.util.List;

import com.google.rpc.BadRequest.FieldViolation;
import io.github.grpcpatterns.sample.InvalidRequest;
import io.github.grpcpatterns.sample.product.v1.BatchCreateResponse;
import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.grpc.stub.StreamObserver;

/**
 * Collects the products of one batch and stores them when the client has sent all. Until
 * then nothing is stored, so a client that goes away leaves nothing behind.
 */
final class ProductBatch implements StreamObserver<CreateProductRequest> {

	/** How many products a batch may have, which also bounds what is held in memory. */
	static final int MAX_PRODUCTS = 1_000;

	private final ProductStore store;

	private final StreamObserver<BatchCreateResponse> responses;

	private final List<NewProduct> products = new ArrayList<>();

	private final List<FieldViolation> violations = new ArrayList<>();

	private int received;

	ProductBatch(ProductStore store, StreamObserver<BatchCreateResponse> responses) {
		this.store = store;
		this.responses = responses;
	}

	@Override
	public void onNext(CreateProductRequest request) {
		int index = this.received++;
		if (index < MAX_PRODUCTS) {
			collect(request, index);
		}
		else if (index == MAX_PRODUCTS) {
			this.products.clear();
			this.responses.onError(InvalidRequest.field("requests", "must be at most " + MAX_PRODUCTS));
		}
		// What arrives after that was on its way already
	}

	private void collect(CreateProductRequest request, int index) {
		if (this.violations.size() < ProductRules.MAX_VIOLATIONS) {
			this.violations.addAll(ProductRules.violations(request, "requests[" + index + "]."));
		}
		if (this.violations.isEmpty()) {
			this.products.add(NewProduct.of(request));
		}
	}

	@Override
	public void onError(Throwable failure) {
		this.products.clear();
	}

	@Override
	public void onCompleted() {
		if (this.received > MAX_PRODUCTS) {
			return;
		}
		if (!this.violations.isEmpty()) {
			this.responses.onError(ProductRules.refusal(this.violations));
			return;
		}
		BatchCreateResponse.Builder response = BatchCreateResponse.newBuilder();
		this.store.create(this.products).forEach((product) -> response.addProducts(ProductMessages.product(product)));
		this.responses.onNext(response.setCreatedCount(response.getProductsCount()).build());
		this.responses.onCompleted();
	}

}
