/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;

/**
 * A product that is to be created and breaks no rule.
 *
 * @param name the product's name
 * @param price the first price, rounded to the four decimal places that are kept
 * @param category the id of the product's category
 * @param tags the product's tags
 */
record NewProduct(String name, BigDecimal price, String category, List<String> tags) {

	/**
	 * Read what is to be created from a request.
	 * @param request a request that {@link ProductRules} found nothing wrong with
	 * @return the new product
	 */
	static NewProduct of(CreateProductRequest request) {
		BigDecimal price = BigDecimal.valueOf(request.getPrice()).setScale(4, RoundingMode.HALF_UP);
		return new NewProduct(request.getName(), price, request.getCategoryId(), List.copyOf(request.getTagsList()));
	}

}
