/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.math.BigDecimal;
import java.util.Random;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link PriceMover}; {@link PriceStreamTests} shows it at work.
 */
class PriceMoverTests {

	private final PriceMover mover = new PriceMover(mock(ProductStore.class), mock(PriceFeed.class), new Random(1));

	@ParameterizedTest
	@ValueSource(strings = { "0", "0.0049", "0.01", "1.2345", "20", "999999999.9999", "1000000000" })
	void aPriceAlwaysMovesAndStaysWithinWhatIsAllowed(String start) {
		BigDecimal price = new BigDecimal(start);
		BigDecimal furthest = price.multiply(new BigDecimal("0.05")).max(new BigDecimal("0.01"));
		for (int i = 0; i < 200; i++) {
			BigDecimal next = this.mover.next(price);
			assertThat(next).isNotEqualByComparingTo(price)
				.isNotNegative()
				.isLessThanOrEqualTo(BigDecimal.valueOf(ProductRules.MAX_PRICE))
				.isBetween(price.subtract(furthest), price.add(furthest));
		}
	}

}
