/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.util.Collection;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * One stream's view on a {@link PriceFeed}: the products it watches, and a bounded queue
 * of the prices that it has still to send. Numbers in the queue rise.
 * <p>
 * Products come in two steps, so that no change is lost between reading the current
 * prices and being told of changes: {@link #add} first, then read, then {@link #answer}.
 */
interface PriceWatch extends AutoCloseable {

	/**
	 * Watch further products. Their changes are held back until they are answered.
	 * @param productIds the products
	 * @return those of them that were not watched before
	 */
	Set<String> add(Collection<String> productIds);

	/**
	 * Queue the first price of products that were added. Where the changes since a
	 * sequence number are still known, those of them that have changed since get these
	 * changes, with their own numbers; in all other cases a product gets its current
	 * price, with a new number.
	 * @param current the prices of the products, read after they were added
	 * @param afterSequence the last number that the client has seen, 0 for none; passed
	 * over where a greater number was queued here before
	 */
	void answer(Collection<Price> current, long afterSequence);

	/**
	 * Return how many products are watched.
	 * @return the number of products
	 */
	int size();

	/**
	 * Take the next price from the queue.
	 * @return the price, null where the queue is empty
	 */
	@Nullable NumberedPrice poll();

	/**
	 * Stop watching and forget what is queued.
	 */
	@Override
	void close();

}
