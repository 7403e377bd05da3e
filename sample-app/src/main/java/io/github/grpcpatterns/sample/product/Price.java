/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * What a product costs.
 *
 * @param productId the product's id
 * @param amount the price
 * @param since when the price became this one
 */
record Price(String productId, BigDecimal amount, Instant since) {

	static Price of(StoredProduct product) {
		return new Price(product.id(), product.price(), product.priceChangedAt().toInstant());
	}

}
