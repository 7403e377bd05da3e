/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.grpcpatterns.sample.product.v1.PriceUpdate;
import io.github.grpcpatterns.sample.product.v1.WatchRequest;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PriceStream}, with the {@link InMemoryPriceFeed} and the
 * {@link PriceMover}.
 */
@ProductDatabaseTest
class PriceStreamTests {

	private final InMemoryPriceFeed prices = new InMemoryPriceFeed(100);

	@Autowired
	private ProductStore store;

	private PriceMover mover;

	private ProductServer server;

	private String lamp;

	private String table;

	private String chair;

	@BeforeEach
	void start() throws Exception {
		this.server = new ProductServer(this.store, this.prices);
		this.mover = new PriceMover(this.store, this.prices, new Random(1));
		List<StoredProduct> created = this.store.create(IntStream.rangeClosed(1, 3)
			.mapToObj((i) -> new NewProduct("Product", BigDecimal.valueOf(i), "home", List.of()))
			.toList());
		this.lamp = created.get(0).id();
		this.table = created.get(1).id();
		this.chair = created.get(2).id();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void whenProductsAreWatchedThenTheirPricesAreAnsweredAtOnce() {
		RecordedResponses<WatchRequest, PriceUpdate> responses = RecordedResponses.eager();
		watch(responses).onNext(products(this.lamp, this.table));
		assertThat(responses.messages).extracting(PriceUpdate::getProductId)
			.containsExactlyInAnyOrder(this.lamp, this.table);
		assertThat(responses.messages).extracting(PriceUpdate::getNewPrice).containsExactlyInAnyOrder(1.0, 2.0);
		assertThat(responses.messages).allMatch(PriceUpdate::hasUpdatedAt);
	}

	@Test
	void whenAPriceMovesThenItIsPushedAndStored() {
		RecordedResponses<WatchRequest, PriceUpdate> responses = RecordedResponses.eager();
		watch(responses).onNext(products(this.lamp));
		this.mover.move();
		assertThat(responses.messages).hasSize(2);
		PriceUpdate update = responses.messages.get(1);
		assertThat(update.getProductId()).isEqualTo(this.lamp);
		assertThat(update.getNewPrice()).isNotEqualTo(1.0)
			.isEqualTo(this.store.find(this.lamp).orElseThrow().price().doubleValue());
	}

	@Test
	void whenNothingIsWatchedThenNoPriceMoves() {
		List<StoredProduct> before = this.store.page(null, "", 10);
		this.mover.move();
		assertThat(this.store.page(null, "", 10)).isEqualTo(before);
	}

	@Test
	void onlyWatchedProductsMoveAndOnlyTheyArePushed() {
		RecordedResponses<WatchRequest, PriceUpdate> first = RecordedResponses.eager();
		RecordedResponses<WatchRequest, PriceUpdate> second = RecordedResponses.eager();
		watch(first).onNext(products(this.lamp));
		watch(second).onNext(products(this.table));
		IntStream.range(0, 50).forEach((i) -> this.mover.move());
		assertThat(first.messages).extracting(PriceUpdate::getProductId).containsOnly(this.lamp);
		assertThat(second.messages).extracting(PriceUpdate::getProductId).containsOnly(this.table);
		assertThat(first.messages.size() + second.messages.size()).isEqualTo(52);
		assertThat(this.store.find(this.chair).orElseThrow().price()).isEqualByComparingTo("3");
	}

	@Test
	void numbersRiseOnAStreamAlsoWhenProductsAreAdded() {
		RecordedResponses<WatchRequest, PriceUpdate> responses = RecordedResponses.eager();
		StreamObserver<WatchRequest> requests = watch(responses);
		requests.onNext(products(this.lamp, this.table));
		IntStream.range(0, 5).forEach((i) -> this.mover.move());
		requests.onNext(products(this.chair, this.lamp));
		IntStream.range(0, 5).forEach((i) -> this.mover.move());
		assertThat(responses.messages).hasSize(2 + 5 + 1 + 5);
		assertThat(responses.messages.get(7).getProductId()).isEqualTo(this.chair);
		assertThat(responses.messages).extracting(PriceUpdate::getSequence).isSorted().doesNotHaveDuplicates();
	}

	@Test
	void whenAStreamResumesThenItGetsWhatItMissed() {
		RecordedResponses<WatchRequest, PriceUpdate> all = RecordedResponses.eager();
		watch(all).onNext(products(this.lamp, this.table));
		IntStream.range(0, 10).forEach((i) -> this.mover.move());
		PriceUpdate seen = all.messages.get(5);
		RecordedResponses<WatchRequest, PriceUpdate> resumed = RecordedResponses.eager();
		watch(resumed).onNext(products(this.lamp, this.table).toBuilder().setAfterSequence(seen.getSequence()).build());
		List<PriceUpdate> missed = all.messages.subList(6, 12);
		assertThat(missed).extracting(PriceUpdate::getProductId).contains(this.lamp, this.table);
		assertThat(resumed.messages).isEqualTo(missed);
		this.mover.move();
		assertThat(resumed.messages).last().isEqualTo(all.messages.get(12));
	}

	@Test
	void whenAProductDoesNotExistThenTheStreamEndsAndNamesIt() {
		RecordedResponses<WatchRequest, PriceUpdate> responses = RecordedResponses.eager();
		watch(responses).onNext(products(this.lamp, "17"));
		assertThat(responses.status.getCode()).isEqualTo(Status.Code.NOT_FOUND);
		assertThat(responses.status.getDescription()).isEqualTo("product 17 does not exist");
		assertThat(this.prices.watched()).isEmpty();
	}

	@Test
	void whenAStreamWatchesTooManyProductsThenItEnds() {
		List<String> ids = this.store
			.create(IntStream.range(0, PriceStream.MAX_PRODUCTS)
				.mapToObj((i) -> new NewProduct("Product", BigDecimal.ONE, "home", List.of()))
				.toList())
			.stream()
			.map(StoredProduct::id)
			.toList();
		RecordedResponses<WatchRequest, PriceUpdate> responses = RecordedResponses.eager();
		StreamObserver<WatchRequest> requests = watch(responses);
		requests.onNext(products(ids.toArray(String[]::new)));
		assertThat(responses.messages).hasSize(PriceStream.MAX_PRODUCTS);
		requests.onNext(products(this.lamp));
		assertThat(responses.status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
		assertThat(this.prices.watched()).isEmpty();
	}

	@Test
	void whenTheClientCancelsThenItsProductsAreWatchedNoMore() {
		RecordedResponses<WatchRequest, PriceUpdate> responses = RecordedResponses.eager();
		watch(responses).onNext(products(this.lamp));
		assertThat(this.prices.watched()).containsExactly(this.lamp);
		responses.cancel();
		assertThat(this.prices.watched()).isEmpty();
		this.mover.move();
		assertThat(responses.messages).hasSize(1);
	}

	@Test
	void whenTheClientHalfClosesThenWhatIsDueIsSentAndTheStreamEnds() {
		RecordedResponses<WatchRequest, PriceUpdate> responses = RecordedResponses.onDemand();
		StreamObserver<WatchRequest> requests = watch(responses);
		requests.onNext(products(this.lamp, this.table));
		requests.onCompleted();
		responses.read(1);
		assertThat(responses.status).isNull();
		responses.read(2);
		assertThat(responses.messages).hasSize(2);
		assertThat(responses.status).isEqualTo(Status.OK);
		assertThat(this.prices.watched()).isEmpty();
	}

	@Test
	void whenTheReaderIsSlowThenItGetsTheLatestPriceWithoutAQueueThatGrows() {
		RecordedResponses<WatchRequest, PriceUpdate> responses = RecordedResponses.onDemand();
		watch(responses).onNext(products(this.lamp));
		responses.read(1);
		for (int i = 1; i <= 2 * InMemoryPriceFeed.MAX_PENDING + 1; i++) {
			Price price = new Price(this.lamp, BigDecimal.valueOf(i), Instant.EPOCH);
			this.prices.publish(price);
		}
		assertThat(responses.messages).hasSize(1);
		responses.read(3 * InMemoryPriceFeed.MAX_PENDING);
		assertThat(responses.messages).hasSizeLessThan(InMemoryPriceFeed.MAX_PENDING)
			.last()
			.returns(2.0 * InMemoryPriceFeed.MAX_PENDING + 1, PriceUpdate::getNewPrice);
		assertThat(responses.messages).extracting(PriceUpdate::getSequence).isSorted();
	}

	@Test
	void whenAWatchedProductIsDeletedThenTheOthersGoOnMoving() {
		RecordedResponses<WatchRequest, PriceUpdate> responses = RecordedResponses.eager();
		watch(responses).onNext(products(this.lamp, this.table));
		this.store.delete(this.lamp);
		IntStream.range(0, 10).forEach((i) -> this.mover.move());
		assertThat(responses.messages).hasSize(12);
		assertThat(responses.messages.subList(2, 12)).extracting(PriceUpdate::getProductId).containsOnly(this.table);
	}

	@Test
	void whenPricesChangeOnSeveralThreadsThenNumbersStillRiseAndTheLastPriceArrives() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try (ProductServer concurrent = new ProductServer(this.store, this.prices, threads)) {
			List<RecordedResponses<WatchRequest, PriceUpdate>> all = Stream
				.generate(RecordedResponses::<WatchRequest, PriceUpdate>eager)
				.limit(4)
				.toList();
			all.forEach((responses) -> concurrent.stub()
				.watchPrices(responses)
				.onNext(products(this.lamp, this.table, this.chair)));
			List<Callable<Void>> publishers = Stream.of(this.lamp, this.table).<Callable<Void>>map((id) -> () -> {
				for (int i = 1; i <= 1_000; i++) {
					this.prices.publish(new Price(id, BigDecimal.valueOf(i), Instant.EPOCH));
				}
				return null;
			}).toList();
			for (Future<Void> published : threads.invokeAll(publishers)) {
				published.get();
			}
			this.prices.publish(new Price(this.chair, BigDecimal.valueOf(4711), Instant.EPOCH));
			for (RecordedResponses<WatchRequest, PriceUpdate> responses : all) {
				Awaitility.await()
					.untilAsserted(() -> assertThat(List.copyOf(responses.messages)).last()
						.returns(4711.0, PriceUpdate::getNewPrice));
				assertThat(responses.messages).extracting(PriceUpdate::getSequence).isSorted().doesNotHaveDuplicates();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private StreamObserver<WatchRequest> watch(RecordedResponses<WatchRequest, PriceUpdate> responses) {
		return this.server.stub().watchPrices(responses);
	}

	private static WatchRequest products(String... ids) {
		return WatchRequest.newBuilder().addAllProductIds(List.of(ids)).build();
	}

}
