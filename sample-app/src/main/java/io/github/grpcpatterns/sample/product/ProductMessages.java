/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import io.github.grpcpatterns.sample.Timestamps;
import io.github.grpcpatterns.sample.product.v1.PriceUpdate;
import io.github.grpcpatterns.sample.product.v1.Product;

/**
 * Turns what is stored into what is sent.
 */
final class ProductMessages {

	private ProductMessages() {
	}

	static Product product(StoredProduct product) {
		return Product.newBuilder()
			.setId(product.id())
			.setName(product.name())
			.setPrice(product.price().doubleValue())
			.setCategory(product.category())
			.setInStock(product.inStock())
			.setCreatedAt(Timestamps.of(product.createdAt().toInstant()))
			.addAllTags(product.tags())
			.build();
	}

	static PriceUpdate priceUpdate(NumberedPrice update) {
		Price price = update.price();
		return PriceUpdate.newBuilder()
			.setProductId(price.productId())
			.setNewPrice(price.amount().doubleValue())
			.setUpdatedAt(Timestamps.of(price.since()))
			.setSequence(update.sequence())
			.build();
	}

}
