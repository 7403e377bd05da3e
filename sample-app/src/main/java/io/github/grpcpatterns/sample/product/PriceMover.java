/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Stands in for a market: moves the price of one product that somebody watches, stores
 * it, and tells it to those who watch.
 */
final class PriceMover {

	private static final BigDecimal SMALLEST_STEP = new BigDecimal("0.01");

	private static final BigDecimal MAX_PRICE = BigDecimal.valueOf(ProductRules.MAX_PRICE);

	private final ProductStore store;

	private final PriceFeed prices;

	private final Random random;

	PriceMover(ProductStore store, PriceFeed prices, Random random) {
		this.store = store;
		this.prices = prices;
		this.random = random;
	}

	/**
	 * Move one price, where there is a watched product.
	 */
	void move() {
		List<String> watched = new ArrayList<>(this.prices.watched());
		if (watched.isEmpty() || !this.prices.takeTurn()) {
			return;
		}
		Collections.shuffle(watched, this.random);
		for (String id : watched) {
			if (move(id)) {
				return;
			}
			// It was deleted while it is watched: another one then
		}
	}

	private boolean move(String id) {
		return this.store.find(id)
			.flatMap((product) -> this.store.changePrice(id, next(product.price())))
			.map((price) -> {
				this.prices.publish(price);
				return price;
			})
			.isPresent();
	}

	/**
	 * Make a price up to 5 % away, at least one cent, and within what is allowed.
	 * @param price the price
	 * @return another price
	 */
	BigDecimal next(BigDecimal price) {
		BigDecimal share = BigDecimal.valueOf(this.random.nextDouble() * 0.05);
		BigDecimal step = price.multiply(share).setScale(2, RoundingMode.HALF_UP).max(SMALLEST_STEP);
		boolean down = price.compareTo(step) >= 0
				&& (this.random.nextBoolean() || price.add(step).compareTo(MAX_PRICE) > 0);
		return down ? price.subtract(step) : price.add(step);
	}

}
