/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.util.ArrayList;
import java.util.List;

import io.github.grpcpatterns.sample.Conversation;
import io.github.grpcpatterns.sample.SampleInstance;
import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.github.grpcpatterns.sample.product.v1.GetProductRequest;
import io.github.grpcpatterns.sample.product.v1.ListProductsRequest;
import io.github.grpcpatterns.sample.product.v1.PriceUpdate;
import io.github.grpcpatterns.sample.product.v1.Product;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc.ProductServiceBlockingStub;
import io.github.grpcpatterns.sample.product.v1.WatchRequest;
import io.github.grpcpatterns.sample.redis.RedisExtension;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the profile {@code postgres}, with a real PostgreSQL and the whole
 * application over the network.
 */
class PostgresTests {

	private static EmbeddedPostgres postgres;

	@RegisterExtension
	private final RedisExtension redis = new RedisExtension();

	@BeforeAll
	static void start() throws Exception {
		postgres = EmbeddedPostgres.start();
	}

	@AfterAll
	static void stop() throws Exception {
		postgres.close();
	}

	private static SampleInstance instance(String profiles, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("spring.profiles.active=" + profiles);
		all.add("spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"));
		all.add("spring.datasource.username=postgres");
		all.add("spring.datasource.password=");
		return SampleInstance.start(all.toArray(String[]::new));
	}

	@Test
	void aRestartKeepsProducts() {
		Product created;
		try (SampleInstance instance = instance("postgres")) {
			created = create(products(instance), "Lamp");
			assertThat(products(instance).getProduct(GetProductRequest.newBuilder().setId(created.getId()).build()))
				.isEqualTo(created);
		}
		try (SampleInstance instance = instance("postgres")) {
			assertThat(list(instance)).contains(created);
		}
	}

	@Test
	void aListGoesOnAfterItsLastProduct() {
		try (SampleInstance instance = instance("postgres")) {
			List<Product> created = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				created.add(create(products(instance), "Chair " + i));
			}
			List<String> after = new ArrayList<>();
			products(instance)
				.listProducts(
						ListProductsRequest.newBuilder().setPageSize(2).setPageToken(created.get(1).getId()).build())
				.forEachRemaining((product) -> after.add(product.getName()));
			assertThat(after).containsExactly("Chair 2", "Chair 3");
		}
	}

	@Test
	void aPriceThatMovesInOneInstanceIsWatchedInAnother() {
		try (SampleInstance one = instance("postgres,redis", this.redis.url(), "sample.prices.interval=20ms");
				SampleInstance other = instance("postgres,redis", this.redis.url(), "sample.prices.interval=0")) {
			Product product = create(products(one), "Table");
			WatchRequest request = WatchRequest.newBuilder().addProductIds(product.getId()).build();
			Conversation<WatchRequest, PriceUpdate> here = watch(one, request);
			Conversation<WatchRequest, PriceUpdate> there = watch(other, request);
			Awaitility.await().until(() -> there.received.messages.size() > 5);
			assertThat(there.received.messages).extracting(PriceUpdate::getSequence).isSorted().doesNotHaveDuplicates();
			assertThat(here.received.messages).isNotEmpty();
			here.cancel();
			there.cancel();
		}
	}

	private static Conversation<WatchRequest, PriceUpdate> watch(SampleInstance instance, WatchRequest request) {
		return new Conversation<WatchRequest, PriceUpdate>(
				ProductServiceGrpc.newStub(instance.channel("alice"))::watchPrices)
			.send(request);
	}

	private static ProductServiceBlockingStub products(SampleInstance instance) {
		return ProductServiceGrpc.newBlockingStub(instance.channel("alice"));
	}

	private static Product create(ProductServiceBlockingStub products, String name) {
		return products.createProduct(
				CreateProductRequest.newBuilder().setName(name).setPrice(20).setCategoryId("postgres").build());
	}

	private static List<Product> list(SampleInstance instance) {
		List<Product> all = new ArrayList<>();
		products(instance).listProducts(ListProductsRequest.getDefaultInstance()).forEachRemaining(all::add);
		return all;
	}

}
