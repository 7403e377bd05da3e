/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import io.github.grpcpatterns.sample.SortedIds;
import org.jspecify.annotations.Nullable;

import org.springframework.data.domain.Limit;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Keeps the products in the database. Each method is one short transaction, so that no
 * connection is held while a client takes its time.
 */
@Component
class ProductStore {

	private final SortedIds ids = new SortedIds();

	private final ProductRepository products;

	private final JdbcAggregateOperations rows;

	ProductStore(ProductRepository products, JdbcAggregateOperations rows) {
		this.products = products;
		this.rows = rows;
	}

	Optional<StoredProduct> find(String id) {
		return this.products.findById(id);
	}

	/**
	 * Find several products at once.
	 * @param ids the ids, at most a few thousand
	 * @return the products that exist, in no particular order
	 */
	List<StoredProduct> find(Collection<String> ids) {
		return ids.isEmpty() ? List.of() : this.products.findByIdIn(ids);
	}

	/**
	 * Read one page of a listing.
	 * @param category the category whose products are wanted, null for all
	 * @param after the id that the page begins after, empty for the first page
	 * @param limit how many products the page has at most
	 * @return the products in the order of their ids; fewer than the limit at the end
	 */
	List<StoredProduct> page(@Nullable String category, String after, int limit) {
		return (category != null)
				? this.products.findByCategoryAndIdGreaterThanOrderById(category, after, Limit.of(limit))
				: this.products.findByIdGreaterThanOrderById(after, Limit.of(limit));
	}

	/**
	 * Create all the products or, where one cannot be stored, none.
	 * @param products what is to be created
	 * @return the products as stored, in the same order
	 */
	@Transactional
	List<StoredProduct> create(List<NewProduct> products) {
		OffsetDateTime now = now();
		List<StoredProduct> created = products.stream()
			.map((product) -> new StoredProduct(this.ids.next(), product.name(), product.price(), product.category(),
					true, product.tags(), now, now))
			.toList();
		if (!created.isEmpty()) {
			this.rows.insertAll(created);
		}
		return created;
	}

	/**
	 * Delete a product.
	 * @param id the product's id
	 * @return whether it existed
	 */
	boolean delete(String id) {
		return this.products.delete(id);
	}

	/**
	 * Change the price of a product.
	 * @param id the product's id
	 * @param price the new price
	 * @return the price as stored, or empty where there is no such product
	 */
	Optional<Price> changePrice(String id, BigDecimal price) {
		OffsetDateTime now = now();
		if (!this.products.changePrice(id, price, now)) {
			return Optional.empty();
		}
		return Optional.of(new Price(id, price, now.toInstant()));
	}

	private static OffsetDateTime now() {
		return Instant.now().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
	}

}
