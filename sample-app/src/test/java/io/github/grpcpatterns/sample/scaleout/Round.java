/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.scaleout;

import java.time.Duration;

/**
 * What the clients noticed of one instance that was killed.
 *
 * @param number the round, from 1
 * @param killed the instance
 * @param acknowledged how many products the client knows to be stored, in all rounds
 * @param lost how many of them are not
 * @param doubled how many products are stored more than once
 * @param failed how many calls that create a product failed
 * @param failedButStored how many of those products are stored all the same
 * @param chatMissed how many messages of the chat did not arrive, in all rounds
 * @param chatGap the longest time without a message of the chat
 * @param priceGap the longest time without an update of the price
 * @param pricesOutOfOrder how many updates were older than one that came before
 */
record Round(int number, String killed, int acknowledged, long lost, long doubled, int failed, long failedButStored,
		long chatMissed, Duration chatGap, Duration priceGap, long pricesOutOfOrder) {

	static final String HEADER = """
			       instance   products since the start                    chat                  prices
			round  that ended   stored   lost  doubled  failed (stored)    missed   longest gap  longest gap  out of order""";

	/**
	 * Return whether everything that was promised was kept.
	 */
	boolean good() {
		return this.lost == 0 && this.doubled == 0 && this.pricesOutOfOrder == 0;
	}

	@Override
	public String toString() {
		return "%6d  %-10s %8d %6d %8d %7d %8s %9d %10d ms %9d ms %13d".formatted(this.number, this.killed,
				this.acknowledged, this.lost, this.doubled, this.failed, "(" + this.failedButStored + ")",
				this.chatMissed, this.chatGap.toMillis(), this.priceGap.toMillis(), this.pricesOutOfOrder);
	}

}
