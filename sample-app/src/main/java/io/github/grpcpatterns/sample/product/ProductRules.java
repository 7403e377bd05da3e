package io.github.grpcpatterns.sample.product;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import com.google.rpc.BadRequest.FieldViolation;
import io.github.grpcpatterns.sample.InvalidRequest;
import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.github.grpcpatterns.sample.product.v1.ListProductsRequest;
import io.github.grpcpatterns.sample.product.v1.WatchRequest;
import io.grpc.StatusRuntimeException;

/**
 * The rules of the catalogue's requests. A check reports everything that is wrong with a
 * request, not only the first thing.
 */
final class ProductRules {

	static final double MAX_PRICE = 1_000_000_000;

	static final int MAX_VIOLATIONS = 20;

	private static final int MAX_ID_LENGTH = 100;

	private static final int MAX_NAME_LENGTH = 200;

	private static final int MAX_CATEGORY_LENGTH = 100;

	private static final int MAX_TAGS = 10;

	private static final int MAX_TAG_LENGTH = 50;

	private ProductRules() {
	}

	/**
	 * Check the id of a single product.
	 * @param id the id in the field {@code id} of a request
	 */
	static void checkId(String id) {
		List<FieldViolation> violations = new ArrayList<>();
		checkId("id", id, violations);
		refuseIfAny(violations);
	}

	static void check(CreateProductRequest request) {
		refuseIfAny(violations(request, ""));
	}

	static void check(ListProductsRequest request) {
		List<FieldViolation> violations = new ArrayList<>();
		if (hasControlCharacter(request.getCategory())) {
			violations.add(InvalidRequest.violation("category", "must not contain control characters"));
		}
		if (request.getPageSize() < 0) {
			violations.add(InvalidRequest.violation("page_size", "must not be negative"));
		}
		if (!request.getPageToken().isEmpty() && !ProductIds.isId(request.getPageToken())) {
			violations.add(InvalidRequest.violation("page_token", "must be the id of a product received"));
		}
		refuseIfAny(violations);
	}

	static List<FieldViolation> violations(WatchRequest request) {
		List<FieldViolation> violations = new ArrayList<>();
		if (request.getProductIdsCount() == 0) {
			violations.add(InvalidRequest.violation("product_ids", "must not be empty"));
		}
		else if (request.getProductIdsCount() > PriceStream.MAX_PRODUCTS) {
			violations.add(tooManyWatched());
		}
		else {
			for (int i = 0; i < request.getProductIdsCount(); i++) {
				checkId("product_ids[" + i + "]", request.getProductIds(i), violations);
			}
		}
		if (request.getAfterSequence() < 0) {
			violations.add(InvalidRequest.violation("after_sequence", "must not be negative"));
		}
		return violations;
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

	private static void checkId(String field, String id, List<FieldViolation> violations) {
		if (id.isEmpty()) {
			violations.add(InvalidRequest.violation(field, "must not be empty"));
		}
		else if (id.length() > MAX_ID_LENGTH || hasControlCharacter(id)) {
			violations.add(InvalidRequest.violation(field, "must be the id of a product"));
		}
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

	private static void refuseIfAny(List<FieldViolation> violations) {
		if (!violations.isEmpty()) {
			throw refusal(violations);
		}
	}

}
