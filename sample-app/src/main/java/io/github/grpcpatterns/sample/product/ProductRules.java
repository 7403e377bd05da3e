/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import com.google.rpc.BadRequest.FieldViolation;
import io.github.grpcpatterns.sample.InvalidRequest;
import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.grpc.StatusRuntimeException;

/**
 * The rules of the catalogue that do not stand in the proto file. A check reports
 * everything that is wrong with a request, not only the first thing.
 */
final class ProductRules {

	static final double MAX_PRICE = 1_000_000_000;

	static final int MAX_VIOLATIONS = 20;

	private static final int MAX_NAME_LENGTH = 200;

	private static final int MAX_CATEGORY_LENGTH = 100;

	private static final int MAX_TAGS = 10;

	private static final int MAX_TAG_LENGTH = 50;

	private ProductRules() {
	}

	static void check(CreateProductRequest request) {
		List<FieldViolation> violations = violations(request, "");
		if (!violations.isEmpty()) {
			throw refusal(violations);
		}
	}

	static FieldViolation tooManyWatched() {
		return InvalidRequest.violation("product_ids",
				"must be at most " + PriceStream.MAX_PRODUCTS + " in a stream altogether");
	}

	/**
	 * Find what is wrong with a product that is to be created.
	 * @param request the request
	 * @param path what goes before the name of each field: empty, or the way to a request
	 * within others with a dot at its end
	 * @return the violations, empty where there are none
	 */
	static List<FieldViolation> violations(CreateProductRequest request, String path) {
		List<FieldViolation> violations = new ArrayList<>();
		checkText(path + "name", request.getName(), MAX_NAME_LENGTH, violations::add);
		if (!Double.isFinite(request.getPrice())) {
			violations.add(InvalidRequest.violation(path + "price", "must be a finite number"));
		}
		else if (request.getPrice() < 0 || request.getPrice() > MAX_PRICE) {
			violations.add(InvalidRequest.violation(path + "price", "must be from 0 to 1000000000"));
		}
		checkText(path + "category_id", request.getCategoryId(), MAX_CATEGORY_LENGTH, violations::add);
		if (request.getTagsCount() > MAX_TAGS) {
			violations.add(InvalidRequest.violation(path + "tags", "must be at most " + MAX_TAGS));
		}
		else {
			for (int i = 0; i < request.getTagsCount(); i++) {
				checkText(path + "tags[" + i + "]", request.getTags(i), MAX_TAG_LENGTH, violations::add);
			}
		}
		return violations;
	}

	/**
	 * Make the exception for violations, cut to a number that fits into trailers.
	 * @param violations what is wrong, at least one
	 * @return the exception
	 */
	static StatusRuntimeException refusal(List<FieldViolation> violations) {
		return InvalidRequest.of(violations.subList(0, Math.min(violations.size(), MAX_VIOLATIONS)));
	}

	private static void checkText(String field, String text, int maxLength, Consumer<FieldViolation> violations) {
		if (text.isBlank()) {
			violations.accept(InvalidRequest.violation(field, "must not be blank"));
		}
		else if (text.length() > maxLength) {
			violations.accept(InvalidRequest.violation(field, "must be at most " + maxLength + " characters"));
		}
		else if (hasControlCharacter(text)) {
			violations.accept(InvalidRequest.violation(field, "must not contain control characters"));
		}
	}

	// PostgreSQL does not store U+0000, and the others only upset whoever shows them
	private static boolean hasControlCharacter(String text) {
		return text.chars().anyMatch(Character::isISOControl);
	}

}
