/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyRequest;
import io.github.grpcpatterns.sample.classification.v1.DocumentClassifierGrpc;
import io.github.grpcpatterns.sample.classification.v1.DocumentClassifierGrpc.DocumentClassifierBlockingStub;
import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.github.grpcpatterns.sample.product.v1.DeleteProductRequest;
import io.github.grpcpatterns.sample.product.v1.GetProductRequest;
import io.github.grpcpatterns.sample.product.v1.ListProductsRequest;
import io.github.grpcpatterns.sample.product.v1.PriceUpdate;
import io.github.grpcpatterns.sample.product.v1.Product;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc.ProductServiceBlockingStub;
import io.github.grpcpatterns.sample.product.v1.WatchRequest;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for the rules of requests as a client meets them, wherever they stand.
 */
class RulesTests {

	private static SampleInstance instance;

	private static ProductServiceBlockingStub products;

	private static DocumentClassifierBlockingStub classifier;

	@BeforeAll
	static void start() {
		instance = SampleInstance.start();
		products = ProductServiceGrpc.newBlockingStub(instance.channel("alice"));
		classifier = DocumentClassifierGrpc.newBlockingStub(instance.channel("alice"));
	}

	@AfterAll
	static void stop() {
		instance.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a\0b" })
	void idsThatAreNoneAreRefused(String id) {
		assertRefused(() -> products.getProduct(GetProductRequest.newBuilder().setId(id).build()), "id");
		assertRefused(() -> products.deleteProduct(DeleteProductRequest.newBuilder().setId(id).build()), "id");
		assertRefused(() -> products.getProduct(GetProductRequest.newBuilder().setId("x".repeat(101)).build()), "id");
	}

	@Test
	void everyRuleThatAListingBreaksIsTold() {
		assertRefused(() -> products
			.listProducts(
					ListProductsRequest.newBuilder().setPageSize(-1).setPageToken("x").setCategory("a\nb").build())
			.hasNext(), "category", "page_size", "page_token");
	}

	@Test
	void aListingGoesOnAfterAnIdOfOurs() {
		Product product = products
			.createProduct(CreateProductRequest.newBuilder().setName("Lamp").setCategoryId("home").build());
		ListProductsRequest request = ListProductsRequest.newBuilder().setPageToken(product.getId()).build();
		assertThat(products.listProducts(request).hasNext()).isFalse();
		assertRefused(() -> products
			.listProducts(request.toBuilder().setPageToken(product.getId().toUpperCase(Locale.ROOT)).build())
			.hasNext(), "page_token");
	}

	@Test
	void everyRuleThatAWatchBreaksIsTold() {
		assertThat(fields(watch(WatchRequest.newBuilder().addProductIds("").setAfterSequence(-1).build())))
			.containsExactly("product_ids[0]", "after_sequence");
		assertThat(fields(watch(WatchRequest.getDefaultInstance()))).containsExactly("product_ids");
	}

	@Test
	void rulesInCodeLookTheSame() {
		assertRefused(() -> products.createProduct(CreateProductRequest.getDefaultInstance()), "name", "category_id");
		assertRefused(() -> classifier.classify(ClassifyRequest.newBuilder().setText(" ").build()), "text");
		assertRefused(() -> classifier.classifyBatch(ClassifyBatchRequest.getDefaultInstance()).hasNext(), "requests");
	}

	private static Throwable watch(WatchRequest request) {
		Received<PriceUpdate> prices = new Received<>(true);
		ProductServiceGrpc.newStub(instance.channel("alice")).watchPrices(prices).onNext(request);
		return prices.failure.orTimeout(20, TimeUnit.SECONDS).join();
	}

	private static void assertRefused(Runnable call, String... fields) {
		Throwable failure = catchThrowable(call::run);
		assertThat(failure).isInstanceOf(StatusRuntimeException.class);
		assertThat(fields(failure)).containsExactly(fields);
	}

	private static List<String> fields(Throwable failure) {
		GrpcErrors error = GrpcErrors.from(failure);
		assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(error.reason()).isEqualTo("INVALID_REQUEST");
		return error.violations().stream().map(GrpcErrors.Violation::field).toList();
	}

}
