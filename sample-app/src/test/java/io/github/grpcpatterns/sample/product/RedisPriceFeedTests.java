/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.github.grpcpatterns.sample.redis.RedisExtension;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RedisPriceFeed}.
 */
class RedisPriceFeedTests {

	@RegisterExtension
	private final RedisExtension redis = new RedisExtension();

	private RedisClient client;

	private RedisPriceFeed one;

	private RedisPriceFeed other;

	@BeforeEach
	void start() {
		this.client = RedisClient.create(this.redis.url().substring(this.redis.url().indexOf('=') + 1));
		this.client.setOptions(ClientOptions.builder()
			.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
			.build());
		this.one = new RedisPriceFeed(this.client, Duration.ofMinutes(1));
		this.other = new RedisPriceFeed(this.client, Duration.ofMinutes(1));
	}

	@AfterEach
	void stop() {
		this.one.close();
		this.other.close();
		this.client.shutdown();
	}

	@Test
	void whatOneInstancePublishesAllTellWithTheSameNumbers() {
		PriceWatch here = watch(this.one, 0);
		PriceWatch there = watch(this.other, 0);
		for (int i = 1; i <= 20; i++) {
			((i % 2 == 0) ? this.one : this.other).publish(price(i));
		}
		List<NumberedPrice> seen = take(here, 21).subList(1, 21);
		assertThat(seen).extracting(NumberedPrice::price).containsExactlyElementsOf(prices(1, 20));
		assertThat(seen).extracting(NumberedPrice::sequence)
			.isSorted()
			.doesNotHaveDuplicates()
			.allMatch((number) -> number % InMemoryPriceFeed.STEP == 0);
		assertThat(take(there, 21).subList(1, 21)).isEqualTo(seen);
	}

	@Test
	void aWatchResumesAtAnyInstanceAlsoAtOneThatWasStartedLater() {
		PriceWatch here = watch(this.one, 0);
		for (int i = 1; i <= 5; i++) {
			this.one.publish(price(i));
		}
		long last = take(here, 4).get(3).sequence();
		assertThat(take(watch(this.other, last), 2)).extracting(NumberedPrice::price)
			.containsExactlyElementsOf(prices(4, 5));
		try (RedisPriceFeed later = new RedisPriceFeed(this.client, Duration.ofMinutes(1))) {
			assertThat(take(watch(later, last), 2)).extracting(NumberedPrice::price)
				.containsExactlyElementsOf(prices(4, 5));
		}
	}

	@Test
	void oneInstanceAtATimeHasTheTurn() {
		assertThat(this.one.takeTurn()).isTrue();
		assertThat(this.other.takeTurn()).isFalse();
		assertThat(this.one.takeTurn()).isFalse();
	}

	@Test
	void whenRedisComesBackEmptyThenNumbersGoOnRising() {
		PriceWatch here = watch(this.one, 0);
		this.one.publish(price(1));
		long last = take(here, 2).get(1).sequence();
		this.redis.stop();
		Awaitility.await().until(() -> !this.one.takeTurn());
		this.redis.start();
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> this.one.takeTurn());
		this.one.publish(price(2));
		assertThat(take(here, 1).get(0)).satisfies((change) -> {
			assertThat(change.price()).isEqualTo(price(2));
			assertThat(change.sequence()).isGreaterThan(last);
		});
	}

	private static PriceWatch watch(PriceFeed feed, long after) {
		PriceWatch watch = feed.watch(() -> {
		});
		watch.add(List.of("a"));
		watch.answer(List.of(price(0)), after);
		return watch;
	}

	private static List<NumberedPrice> take(PriceWatch watch, int count) {
		List<NumberedPrice> taken = new ArrayList<>();
		Awaitility.await().until(() -> {
			while (taken.size() < count) {
				NumberedPrice next = watch.poll();
				if (next == null) {
					return false;
				}
				taken.add(next);
			}
			return true;
		});
		return taken;
	}

	private static List<Price> prices(int first, int last) {
		return IntStream.rangeClosed(first, last).mapToObj(RedisPriceFeedTests::price).toList();
	}

	private static Price price(int amount) {
		return new Price("a", BigDecimal.valueOf(amount), Instant.EPOCH);
	}

}
