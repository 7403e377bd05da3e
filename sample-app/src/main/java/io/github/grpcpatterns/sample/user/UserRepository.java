/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.user;

import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.data.domain.Limit;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.Repository;

/**
 * The queries on the table {@code stored_user}. Used by {@link UserStore} alone.
 */
interface UserRepository extends Repository<StoredUser, String> {

	Optional<StoredUser> findById(String id);

	List<StoredUser> findByIdGreaterThanOrderById(String id, Limit limit);

	@Modifying
	@Query("""
			update stored_user
			set name = coalesce(cast(:name as varchar), name), email = coalesce(cast(:email as varchar), email)
			where id = :id""")
	boolean update(String id, @Nullable String name, @Nullable String email);

}
