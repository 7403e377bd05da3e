/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.List;

import io.github.grpcpatterns.sample.SortedIds;

import org.springframework.data.annotation.Id;

/**
 * One row of the table {@code stored_product}. Times are in UTC and in whole
 * microseconds, which is what both databases keep.
 *
 * @param id the product's id, see {@link SortedIds}
 * @param name the product's name
 * @param price the current price, with four decimal places
 * @param category the id of the product's category
 * @param inStock whether the product can be had
 * @param tags the product's tags, in the order in which they were given
 * @param createdAt when the product was created
 * @param priceChangedAt when the price became the current one
 */
record StoredProduct(@Id String id, String name, BigDecimal price, String category, boolean inStock, List<String> tags,
		OffsetDateTime createdAt, OffsetDateTime priceChangedAt) {

}
