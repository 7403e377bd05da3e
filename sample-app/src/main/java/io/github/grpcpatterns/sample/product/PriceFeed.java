/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.util.Set;

/**
 * Carries prices from where they change to the streams that watch them. One feed serves
 * all streams of an instance, and each implementation decides how far a change is told:
 * {@link InMemoryPriceFeed} within the process, {@link RedisPriceFeed} between instances.
 * <p>
 * All changes that a feed tells have one order, by rising sequence numbers.
 * Implementations are safe for use by several threads and never block for long.
 */
interface PriceFeed {

	/**
	 * Tell a change to every watch of its product.
	 * @param price the new price, which is stored already
	 */
	void publish(Price price);

	/**
	 * Return the products that somebody watches.
	 * @return their ids, as of now
	 */
	Set<String> watched();

	/**
	 * Ask whether it is this instance's turn to move a price: of those that share the
	 * feed one at a time has it.
	 * @return whether a price may be moved now
	 */
	boolean takeTurn();

	/**
	 * Open a watch that has no products yet.
	 * @param onPrice called after prices were queued in the watch, from the thread that
	 * published them and without any lock held; it must not throw
	 * @return the watch, to be closed by the caller
	 */
	PriceWatch watch(Runnable onPrice);

}
