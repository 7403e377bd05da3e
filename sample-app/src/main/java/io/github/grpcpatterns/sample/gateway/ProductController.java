/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.gateway;

import java.util.ArrayList;
import java.util.List;

import com.google.gson.JsonObject;
import io.github.grpcpatterns.sample.product.v1.BatchCreateResponse;
import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.github.grpcpatterns.sample.product.v1.DeleteProductRequest;
import io.github.grpcpatterns.sample.product.v1.GetProductRequest;
import io.github.grpcpatterns.sample.product.v1.ListProductsRequest;
import io.github.grpcpatterns.sample.product.v1.PriceUpdate;
import io.github.grpcpatterns.sample.product.v1.Product;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.github.grpcpatterns.sample.product.v1.WatchRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * {@code product.v1.ProductService} over HTTP.
 */
@RestController
class ProductController {

	private final Backend backend;

	ProductController(Backend backend) {
		this.backend = backend;
	}

	@GetMapping("/api/products/{id}")
	Product get(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@PathVariable String id) {
		return ProductServiceGrpc.newBlockingStub(this.backend.as(caller))
			.getProduct(GetProductRequest.newBuilder().setId(id).build());
	}

	@PostMapping("/api/products")
	@ResponseStatus(HttpStatus.CREATED)
	Product create(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@RequestBody String product) {
		return ProductServiceGrpc.newBlockingStub(this.backend.as(caller))
			.createProduct(
					Json.parse(product, CreateProductRequest.getDefaultInstance(), ProductController::asRequest));
	}

	/**
	 * Create an array of products, all or none.
	 */
	@PostMapping("/api/products/batch")
	@ResponseStatus(HttpStatus.CREATED)
	BatchCreateResponse createAll(
			@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@RequestBody String products) throws InterruptedException {
		return ClientStreams.send(ProductServiceGrpc.newBlockingV2Stub(this.backend.as(caller)).batchCreateProducts(),
				Json.parseAll(products, CreateProductRequest.getDefaultInstance(), ProductController::asRequest));
	}

	/**
	 * The category has the name that it has in answers, or the one of the request.
	 */
	private static void asRequest(JsonObject product) {
		if (product.has("category") && !product.has("categoryId")) {
			product.add("categoryId", product.remove("category"));
		}
	}

	@DeleteMapping("/api/products/{id}")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void delete(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@PathVariable String id) {
		ProductServiceGrpc.newBlockingStub(this.backend.as(caller))
			.deleteProduct(DeleteProductRequest.newBuilder().setId(id).build());
	}

	/**
	 * Return one page, as an array. The next one begins after the last id.
	 */
	@GetMapping(path = "/api/products", produces = MediaType.APPLICATION_JSON_VALUE)
	String list(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@RequestParam(required = false) @Nullable String category,
			@RequestParam(name = "page_size", defaultValue = "100") int pageSize,
			@RequestParam(name = "page_token", defaultValue = "") String pageToken) {
		ListProductsRequest.Builder request = ListProductsRequest.newBuilder()
			.setPageSize(Backend.pageSize(pageSize))
			.setPageToken(pageToken);
		if (category != null) {
			request.setCategory(category);
		}
		List<Product> products = new ArrayList<>();
		ProductServiceGrpc.newBlockingStub(this.backend.as(caller))
			.listProducts(request.build())
			.forEachRemaining(products::add);
		return Json.print(products);
	}

	/**
	 * Return prices as events. Their ids are the sequence numbers, so a browser that
	 * comes back resumes where it was.
	 */
	@GetMapping(path = "/api/prices", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter prices(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String caller,
			@RequestHeader(name = "Last-Event-ID", defaultValue = "0") long last,
			@RequestParam(name = "id") List<String> ids) {
		WatchRequest request = WatchRequest.newBuilder().addAllProductIds(ids).setAfterSequence(last).build();
		return Events.of(
				(events) -> ProductServiceGrpc.newStub(this.backend.as(caller)).watchPrices(events).onNext(request),
				(PriceUpdate price) -> String.valueOf(price.getSequence()));
	}

}
