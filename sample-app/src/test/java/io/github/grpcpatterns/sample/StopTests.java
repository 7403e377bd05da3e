/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.sample.classification.v1.ClassificationEvent;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchRequest;
import io.github.grpcpatterns.sample.classification.v1.ClassifyBatchResponse;
import io.github.grpcpatterns.sample.classification.v1.ClassifyRequest;
import io.github.grpcpatterns.sample.classification.v1.DocumentClassifierGrpc;
import io.github.grpcpatterns.sample.product.v1.BatchCreateResponse;
import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.github.grpcpatterns.sample.product.v1.ListProductsRequest;
import io.github.grpcpatterns.sample.product.v1.PriceUpdate;
import io.github.grpcpatterns.sample.product.v1.Product;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.github.grpcpatterns.sample.product.v1.WatchRequest;
import io.github.grpcpatterns.sample.redis.RedisExtension;
import io.github.grpcpatterns.stub.ResumableStream;
import io.grpc.Channel;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the end of an instance that has streams, over the network.
 */
class StopTests {

	private static final String TEXT = "This agreement is made between the parties. ".repeat(200);

	@RegisterExtension
	private final RedisExtension redis = new RedisExtension();

	@Test
	void streamsThatHaveNoEndOfTheirOwnDoNotHoldUpTheStop() {
		try (SampleInstance instance = SampleInstance.start("sample.prices.interval=0")) {
			Channel channel = instance.channel("alice");
			List<Product> products = create(channel, 1000);
			List<Received<?>> streams = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				Received<PriceUpdate> prices = new Received<>(true);
				ProductServiceGrpc.newStub(channel)
					.watchPrices(prices)
					.onNext(WatchRequest.newBuilder().addProductIds(products.get(i).getId()).build());
				streams.add(prices);
			}
			Received<ClassificationEvent> events = new Received<>(true);
			DocumentClassifierGrpc.newStub(channel)
				.classifyStream(events)
				.onNext(ClassificationEvent.newBuilder().setClassificationStarted(request()).build());
			streams.add(events);
			// These two are not read, so that they cannot end
			Received<Product> listed = new Received<>(false);
			ProductServiceGrpc.newStub(channel).listProducts(ListProductsRequest.getDefaultInstance(), listed);
			streams.add(listed);
			Received<ClassifyBatchResponse> classified = new Received<>(false);
			ClassifyBatchRequest.Builder batch = ClassifyBatchRequest.newBuilder().setIncludeKeywords(true);
			IntStream.range(0, 400).forEach((i) -> batch.addRequests(request()));
			DocumentClassifierGrpc.newStub(channel).classifyBatch(batch.build(), classified);
			streams.add(classified);
			Awaitility.await()
				.until(() -> streams.stream().filter((stream) -> !stream.messages.isEmpty()).count() == streams.size());
			assertThat(instance.stop().orTimeout(40, TimeUnit.SECONDS).join()).isLessThan(Duration.ofSeconds(6));
			assertThat(streams).filteredOn((stream) -> stream.reading).allSatisfy((stream) -> {
				GrpcErrors error = GrpcErrors.from(stream.failure.orTimeout(10, TimeUnit.SECONDS).join());
				assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
				assertThat(error.reason()).isEqualTo("SERVER_DRAINING");
				assertThat(error.retryDelay()).isEqualTo(Duration.ofSeconds(1));
			});
		}
	}

	@Test
	void aListingGoesOnWithAnotherInstanceWithoutLossOrRepeat() {
		String database = "spring.datasource.url=jdbc:h2:mem:stop-tests;DB_CLOSE_DELAY=-1";
		// Slow enough to be under way when the first instance stops
		String rate = "grpc.patterns.server.stream.outbound-rate=500";
		try (SampleInstance first = SampleInstance.start(database, rate);
				SampleInstance second = SampleInstance.start(database, rate)) {
			List<Product> products = create(first.channel("alice"), 1000);
			Received<Product> listed = new Received<>(true);
			ResumableStream.of(first.orElse(second, "alice"), ProductServiceGrpc.getListProductsMethod(),
					(last) -> ListProductsRequest.newBuilder().setPageToken((last != null) ? last.getId() : "").build())
				.start(listed);
			Awaitility.await().until(() -> listed.messages.size() >= 100);
			assertThat(first.stop().orTimeout(40, TimeUnit.SECONDS).join()).isLessThan(Duration.ofSeconds(6));
			listed.completed.orTimeout(40, TimeUnit.SECONDS).join();
			assertThat(listed.messages).isEqualTo(products);
		}
	}

	@Test
	void aWatchGoesOnWithAnotherInstanceWithoutLossOrRepeat() {
		String[] properties = { "spring.profiles.active=redis", this.redis.url(), "sample.prices.interval=20ms",
				"spring.datasource.url=jdbc:h2:mem:watch-tests;DB_CLOSE_DELAY=-1" };
		try (SampleInstance first = SampleInstance.start(properties);
				SampleInstance second = SampleInstance.start(properties)) {
			List<String> ids = create(first.channel("alice"), 3).stream().map(Product::getId).toList();
			WatchRequest watched = WatchRequest.newBuilder().addAllProductIds(ids).build();
			// Sees everything at the instance that stays
			Received<PriceUpdate> all = new Received<>(true);
			ProductServiceGrpc.newStub(second.channel("bob")).watchPrices(all).onNext(watched);
			Awaitility.await().until(() -> all.messages.size() > 3);
			Received<PriceUpdate> prices = new Received<>(true);
			ResumableStream.Running running = ResumableStream
				.of(first.orElse(second, "alice"), ProductServiceGrpc.getWatchPricesMethod(),
						(last) -> watched.toBuilder().setAfterSequence((last != null) ? last.getSequence() : 0).build())
				.start(prices);
			Awaitility.await().until(() -> prices.messages.size() > 20);
			assertThat(first.stop().orTimeout(40, TimeUnit.SECONDS).join()).isLessThan(Duration.ofSeconds(6));
			int before = prices.messages.size();
			Awaitility.await().until(() -> prices.messages.size() > before + 50);
			running.cancel();
			List<PriceUpdate> changes = changes(prices.messages);
			long begin = changes.get(0).getSequence();
			long end = changes.get(changes.size() - 1).getSequence();
			Awaitility.await().until(() -> changes(all.messages).stream().anyMatch((c) -> c.getSequence() >= end));
			assertThat(changes).isEqualTo(changes(all.messages).stream()
				.filter((change) -> change.getSequence() >= begin && change.getSequence() <= end)
				.toList());
		}
	}

	/** Without the answers to requests, which a stream numbers by itself. */
	private static List<PriceUpdate> changes(List<PriceUpdate> prices) {
		return prices.stream().filter((price) -> price.getSequence() % 1024 == 0).toList();
	}

	private static List<Product> create(Channel channel, int count) {
		CompletableFuture<BatchCreateResponse> created = new CompletableFuture<>();
		StreamObserver<CreateProductRequest> requests = ProductServiceGrpc.newStub(channel)
			.batchCreateProducts(new StreamObserver<>() {

				@Override
				public void onNext(BatchCreateResponse response) {
					created.complete(response);
				}

				@Override
				public void onError(Throwable ex) {
					created.completeExceptionally(ex);
				}

				@Override
				public void onCompleted() {
				}

			});
		for (int i = 0; i < count; i++) {
			requests.onNext(CreateProductRequest.newBuilder()
				.setName("Product " + i)
				.setCategoryId("stop")
				.addTags("t".repeat(50))
				.build());
		}
		requests.onCompleted();
		return created.orTimeout(20, TimeUnit.SECONDS).join().getProductsList();
	}

	private static ClassifyRequest request() {
		return ClassifyRequest.newBuilder().setDocumentId("d".repeat(200)).setText(TEXT).build();
	}

}
