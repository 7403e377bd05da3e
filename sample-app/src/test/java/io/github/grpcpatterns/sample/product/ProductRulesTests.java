/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.util.Collections;
import java.util.List;

import com.google.rpc.BadRequest.FieldViolation;
import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests for {@link ProductRules}.
 */
class ProductRulesTests {

	private static final CreateProductRequest GOOD = CreateProductRequest.newBuilder()
		.setName("Lamp")
		.setPrice(19.99)
		.setCategoryId("home")
		.addTags("light")
		.build();

	@Test
	void whenARequestIsGoodThenThereAreNoViolations() {
		assertThat(ProductRules.violations(GOOD, "")).isEmpty();
	}

	@Test
	void whenEverythingIsWrongThenEverythingIsReported() {
		CreateProductRequest request = CreateProductRequest.newBuilder()
			.setName(" ")
			.setPrice(-1)
			.addTags("good")
			.addTags("")
			.build();
		assertThat(ProductRules.violations(request, "requests[3]."))
			.extracting(FieldViolation::getField, FieldViolation::getDescription)
			.containsExactly(tuple("requests[3].name", "must not be blank"),
					tuple("requests[3].price", "must be from 0 to 1000000000"),
					tuple("requests[3].category_id", "must not be blank"),
					tuple("requests[3].tags[1]", "must not be blank"));
	}

	@ParameterizedTest
	@ValueSource(doubles = { Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.01, 1_000_000_000.01 })
	void whenAPriceIsNoneThenItIsReported(double price) {
		assertThat(fields(GOOD.toBuilder().setPrice(price))).containsExactly("price");
	}

	@ParameterizedTest
	@ValueSource(doubles = { 0, -0.0, 0.0001, 1_000_000_000 })
	void whenAPriceIsAtALimitThenItIsGood(double price) {
		assertThat(fields(GOOD.toBuilder().setPrice(price))).isEmpty();
	}

	@Test
	void whenTextsAreTooLongThenTheyAreReported() {
		assertThat(fields(
				GOOD.toBuilder().setName("n".repeat(201)).setCategoryId("c".repeat(101)).setTags(0, "t".repeat(51))))
			.containsExactly("name", "category_id", "tags[0]");
		assertThat(fields(
				GOOD.toBuilder().setName("n".repeat(200)).setCategoryId("c".repeat(100)).setTags(0, "t".repeat(50))))
			.isEmpty();
	}

	@Test
	void whenThereAreTooManyTagsThenTheyAreReportedOnce() {
		assertThat(fields(GOOD.toBuilder().clearTags().addAllTags(Collections.nCopies(11, ""))))
			.containsExactly("tags");
	}

	@Test
	void whenATextHasAControlCharacterThenItIsReported() {
		assertThat(fields(GOOD.toBuilder().setName("a\0b"))).containsExactly("name");
	}

	private static List<String> fields(CreateProductRequest.Builder request) {
		return ProductRules.violations(request.build(), "").stream().map(FieldViolation::getField).toList();
	}

}
