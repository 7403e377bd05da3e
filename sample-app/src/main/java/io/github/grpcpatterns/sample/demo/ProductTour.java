/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.demo;

import java.io.PrintStream;
import java.util.List;

import io.github.grpcpatterns.sample.product.v1.BatchCreateResponse;
import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.github.grpcpatterns.sample.product.v1.DeleteProductRequest;
import io.github.grpcpatterns.sample.product.v1.GetProductRequest;
import io.github.grpcpatterns.sample.product.v1.ListProductsRequest;
import io.github.grpcpatterns.sample.product.v1.PriceUpdate;
import io.github.grpcpatterns.sample.product.v1.Product;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc.ProductServiceBlockingV2Stub;
import io.github.grpcpatterns.sample.product.v1.WatchRequest;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;

/**
 * Calls the six methods of {@code product.v1.ProductService}, and leaves the catalogue as
 * it was.
 */
final class ProductTour {

	private static final String CATEGORY = "demo";

	private static final int UPDATES = 6;

	private final ProductServiceBlockingV2Stub products;

	ProductTour(ProductServiceBlockingV2Stub products) {
		this.products = products;
	}

	void run(PrintStream out) throws StatusException, InterruptedException {
		Product lamp = createProduct(out);
		getProduct(out, lamp.getId());
		List<Product> batch = batchCreateProducts(out);
		listProducts(out);
		watchPrices(out, lamp.getId(), batch.get(0).getId());
		deleteProduct(out, lamp.getId());
		for (Product product : batch) {
			deleteProduct(out, product.getId());
		}
	}

	private Product createProduct(PrintStream out) throws StatusException {
		Product product = this.products.createProduct(request("Desk lamp", 39.9));
		out.printf("%-20s %s%n", "CreateProduct", describe(product));
		return product;
	}

	private void getProduct(PrintStream out, String id) throws StatusException {
		Product product = this.products.getProduct(GetProductRequest.newBuilder().setId(id).build());
		out.printf("%-20s %s%n", "GetProduct", describe(product));
	}

	private List<Product> batchCreateProducts(PrintStream out) throws StatusException, InterruptedException {
		BlockingClientCall<CreateProductRequest, BatchCreateResponse> call = this.products.batchCreateProducts();
		for (String name : List.of("Chair", "Table", "Shelf")) {
			call.write(request(name, 120));
		}
		call.halfClose();
		BatchCreateResponse response = call.read();
		out.printf("%-20s %d products%n", "BatchCreateProducts", response.getCreatedCount());
		return response.getProductsList();
	}

	private void listProducts(PrintStream out) throws StatusException, InterruptedException {
		ListProductsRequest request = ListProductsRequest.newBuilder().setCategory(CATEGORY).setPageSize(10).build();
		BlockingClientCall<?, Product> call = this.products.listProducts(request);
		while (call.hasNext()) {
			out.printf("%-20s %s%n", "ListProducts", describe(call.read()));
		}
	}

	private void watchPrices(PrintStream out, String... ids) throws StatusException, InterruptedException {
		BlockingClientCall<WatchRequest, PriceUpdate> call = this.products.watchPrices();
		call.write(WatchRequest.newBuilder().addAllProductIds(List.of(ids)).build());
		for (int i = 0; i < UPDATES; i++) {
			PriceUpdate update = call.read();
			out.printf("%-20s %s now costs %.2f (update %d)%n", "WatchPrices", update.getProductId(),
					update.getNewPrice(), update.getSequence());
		}
		call.halfClose();
		while (call.hasNext()) {
			call.read();
		}
	}

	private void deleteProduct(PrintStream out, String id) throws StatusException {
		this.products.deleteProduct(DeleteProductRequest.newBuilder().setId(id).build());
		out.printf("%-20s %s%n", "DeleteProduct", id);
	}

	private static CreateProductRequest request(String name, double price) {
		return CreateProductRequest.newBuilder()
			.setName(name)
			.setPrice(price)
			.setCategoryId(CATEGORY)
			.addTags("demo")
			.build();
	}

	private static String describe(Product product) {
		return "%s  %-10s %8.2f".formatted(product.getId(), product.getName(), product.getPrice());
	}

}
