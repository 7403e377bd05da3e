/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.math.BigDecimal;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ProductStore}, with its migrations.
 */
@ProductDatabaseTest
class ProductStoreTests {

	@Autowired
	private ProductStore store;

	@Test
	void whenAProductIsCreatedThenItIsFoundAsItWasReturned() {
		StoredProduct created = create("Lamp", "home");
		assertThat(created.tags()).containsExactly("b", "a");
		assertThat(created.inStock()).isTrue();
		assertThat(this.store.find(created.id())).contains(created);
	}

	@Test
	void whenAProductIsAbsentThenItIsNotFound() {
		assertThat(this.store.find("0")).isEmpty();
		assertThat(this.store.find(List.of())).isEmpty();
		assertThat(this.store.delete("0")).isFalse();
		assertThat(this.store.changePrice("0", BigDecimal.ONE)).isEmpty();
	}

	@Test
	void whenAProductIsDeletedThenItIsGone() {
		StoredProduct created = create("Lamp", "home");
		assertThat(this.store.delete(created.id())).isTrue();
		assertThat(this.store.find(created.id())).isEmpty();
		assertThat(this.store.delete(created.id())).isFalse();
	}

	@Test
	void whenOneProductCannotBeStoredThenNoneIs() {
		List<NewProduct> products = List.of(product("Lamp", "home"), product("n".repeat(201), "home"));
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> this.store.create(products));
		assertThat(this.store.page(null, "", 10)).isEmpty();
	}

	@Test
	void pagesGoOnAfterAnIdInTheOrderOfIds() {
		List<StoredProduct> created = this.store
			.create(List.of(product("A", "x"), product("B", "y"), product("C", "x"), product("D", "x")));
		assertThat(this.store.page(null, "", 3)).isEqualTo(created.subList(0, 3));
		assertThat(this.store.page(null, created.get(2).id(), 3)).isEqualTo(created.subList(3, 4));
		assertThat(this.store.page("x", created.get(0).id(), 1)).isEqualTo(created.subList(2, 3));
		assertThat(this.store.page("z", "", 1)).isEmpty();
	}

	@Test
	void whenAPriceChangesThenTheRowHasItAndTheTimeOfTheChange() {
		StoredProduct created = create("Lamp", "home");
		Price changed = this.store.changePrice(created.id(), new BigDecimal("20.0100")).orElseThrow();
		StoredProduct found = this.store.find(created.id()).orElseThrow();
		assertThat(Price.of(found)).isEqualTo(changed);
		assertThat(changed.amount()).isEqualByComparingTo("20.01");
		assertThat(found.createdAt()).isEqualTo(created.createdAt());
	}

	private StoredProduct create(String name, String category) {
		return this.store.create(List.of(product(name, category))).get(0);
	}

	private static NewProduct product(String name, String category) {
		return new NewProduct(name, new BigDecimal("19.9900"), category, List.of("b", "a"));
	}

}
