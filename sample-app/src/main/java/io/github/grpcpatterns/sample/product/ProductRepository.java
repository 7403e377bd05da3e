/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import org.springframework.data.domain.Limit;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.Repository;

/**
 * The queries on the table {@code stored_product}. Used by {@link ProductStore} alone.
 */
interface ProductRepository extends Repository<StoredProduct, String> {

	Optional<StoredProduct> findById(String id);

	List<StoredProduct> findByIdIn(Collection<String> ids);

	List<StoredProduct> findByIdGreaterThanOrderById(String id, Limit limit);

	List<StoredProduct> findByCategoryAndIdGreaterThanOrderById(String category, String id, Limit limit);

	@Modifying
	@Query("delete from stored_product where id = :id")
	boolean delete(String id);

	@Modifying
	@Query("update stored_product set price = :price, price_changed_at = :changedAt where id = :id")
	boolean changePrice(String id, BigDecimal price, OffsetDateTime changedAt);

}
