/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link InMemoryPriceFeed}.
 */
class InMemoryPriceFeedTests {

	private final InMemoryPriceFeed feed = new InMemoryPriceFeed(1_000);

	private final AtomicInteger signals = new AtomicInteger();

	private final PriceWatch watch = this.feed.watch(this.signals::incrementAndGet);

	@Test
	void whenAPriceChangesBetweenReadingAndAnsweringThenTheNewerIsAnswered() {
		this.watch.add(List.of("a"));
		this.feed.publish(price("a", 2));
		assertThat(this.watch.poll()).isNull();
		this.watch.answer(List.of(price("a", 1)), 0);
		assertThat(drain()).containsExactly(new NumberedPrice(change(1) + 1, price("a", 2)));
	}

	@Test
	void addTellsWhichProductsAreNew() {
		assertThat(this.watch.add(List.of("a", "b"))).containsExactly("a", "b");
		this.watch.answer(List.of(price("a", 1)), 0);
		assertThat(this.watch.add(List.of("a", "b", "c"))).containsExactly("c");
		assertThat(this.watch.size()).isEqualTo(3);
	}

	@Test
	void whenSomeProductsDidNotChangeThenTheyAreAnsweredAfterTheChangesOfTheOthers() {
		this.feed.publish(price("a", 2));
		this.feed.publish(price("x", 2));
		this.feed.publish(price("a", 3));
		this.watch.add(List.of("a", "b"));
		this.watch.answer(List.of(price("b", 9), price("a", 3)), 1_000);
		assertThat(drain()).containsExactly(new NumberedPrice(change(1), price("a", 2)),
				new NumberedPrice(change(3), price("a", 3)), new NumberedPrice(change(3) + 1, price("b", 9)));
	}

	@Test
	void whenTheNumberIsFromBeforeTheStartThenThePriceIsTheCurrentOne() {
		this.feed.publish(price("a", 2));
		this.watch.add(List.of("a"));
		this.watch.answer(List.of(price("a", 2)), 999);
		assertThat(drain()).containsExactly(new NumberedPrice(change(1) + 1, price("a", 2)));
	}

	@Test
	void whenTheNumberWasNeverGivenThenThePriceIsTheCurrentOne() {
		this.watch.add(List.of("a"));
		this.watch.answer(List.of(price("a", 2)), 5_000);
		assertThat(drain()).containsExactly(new NumberedPrice(1_001, price("a", 2)));
	}

	@Test
	void whenChangesSinceTheNumberAreForgottenThenThePriceIsTheCurrentOne() {
		for (int i = 0; i <= InMemoryPriceFeed.MAX_HISTORY; i++) {
			this.feed.publish(price("a", i));
		}
		long last = change(InMemoryPriceFeed.MAX_HISTORY + 1);
		this.watch.add(List.of("a"));
		this.watch.answer(List.of(price("a", 7)), 1_000);
		assertThat(drain()).containsExactly(new NumberedPrice(last + 1, price("a", 7)));
		PriceWatch other = this.feed.watch(() -> {
		});
		other.add(List.of("a"));
		other.answer(List.of(price("a", 7)), last - 1);
		assertThat(other.poll()).isEqualTo(new NumberedPrice(last, price("a", InMemoryPriceFeed.MAX_HISTORY)));
		assertThat(other.poll()).isNull();
	}

	@Test
	void whenAGreaterNumberWasQueuedBeforeThenResumingDoesNotGoBack() {
		this.watch.add(List.of("a"));
		this.watch.answer(List.of(price("a", 1)), 0);
		this.feed.publish(price("b", 2));
		this.feed.publish(price("a", 2));
		this.watch.add(List.of("b"));
		this.watch.answer(List.of(price("b", 2)), 1_001);
		assertThat(drain()).extracting(NumberedPrice::sequence).containsExactly(1_001L, change(2), change(2) + 1);
	}

	@Test
	void whenMoreWaitsThanMayThenTheLatestOfEachProductIsKept() {
		this.watch.add(List.of("a", "b"));
		this.watch.answer(List.of(price("a", 1), price("b", 1)), 0);
		for (int i = 0; i < InMemoryPriceFeed.MAX_PENDING; i++) {
			this.feed.publish(price("a", i));
		}
		List<NumberedPrice> pending = drain();
		assertThat(pending).hasSizeLessThan(10);
		assertThat(pending.get(0)).isEqualTo(new NumberedPrice(1_002, price("b", 1)));
		assertThat(pending).extracting(NumberedPrice::sequence).isSorted();
	}

	@Test
	void whenAWatchIsClosedThenItIsToldNothingMore() {
		this.watch.add(List.of("a", "b"));
		this.watch.answer(List.of(price("a", 1)), 0);
		this.watch.close();
		this.watch.close();
		this.feed.publish(price("a", 2));
		assertThat(this.watch.poll()).isNull();
		assertThat(this.signals).hasValue(0);
		assertThat(this.watch.add(List.of("c"))).containsExactly("c");
		assertThat(this.feed.watched()).isEmpty();
	}

	@Test
	void whatWasNumberedElsewhereIsToldOnceAndInOrder() {
		this.watch.add(List.of("a"));
		this.watch.answer(List.of(price("a", 1)), 0);
		this.feed.deliver(new NumberedPrice(change(2), price("a", 3)));
		this.feed.deliver(new NumberedPrice(change(1), price("a", 2)));
		this.feed.deliver(new NumberedPrice(change(2), price("a", 3)));
		assertThat(drain()).extracting(NumberedPrice::sequence).containsExactly(1_001L, change(2));
		assertThat(this.feed.sequence()).isEqualTo(change(2));
	}

	private static long change(int number) {
		return 1_000 + (long) number * InMemoryPriceFeed.STEP;
	}

	private List<NumberedPrice> drain() {
		List<NumberedPrice> pending = new ArrayList<>();
		for (NumberedPrice next = this.watch.poll(); next != null; next = this.watch.poll()) {
			pending.add(next);
		}
		return pending;
	}

	private static Price price(String product, int amount) {
		return new Price(product, BigDecimal.valueOf(amount), Instant.EPOCH);
	}

}
