/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.user;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

import io.github.grpcpatterns.sample.SortedIds;
import org.jspecify.annotations.Nullable;

import org.springframework.data.domain.Limit;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Keeps the users in the database. Each method is one short transaction.
 */
@Component
class UserStore {

	private final SortedIds ids = new SortedIds();

	private final UserRepository users;

	private final JdbcAggregateOperations rows;

	UserStore(UserRepository users, JdbcAggregateOperations rows) {
		this.users = users;
		this.rows = rows;
	}

	StoredUser create(String name, String email) {
		Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
		return this.rows.insert(new StoredUser(this.ids.next(), name, email, now.atOffset(ZoneOffset.UTC)));
	}

	/**
	 * Read one page of a listing.
	 * @param after the id that the page begins after, empty for the first page
	 * @param limit how many users the page has at most
	 * @return the users in the order of their ids; fewer than the limit at the end
	 */
	List<StoredUser> page(String after, int limit) {
		return this.users.findByIdGreaterThanOrderById(after, Limit.of(limit));
	}

	/**
	 * Change a user, whatever else is changed at the same time.
	 * @param id the user's id
	 * @param name the new name, null to keep it
	 * @param email the new address, null to keep it
	 * @return the user as it is now, or empty where there is none
	 */
	@Transactional
	Optional<StoredUser> update(String id, @Nullable String name, @Nullable String email) {
		return this.users.update(id, name, email) ? this.users.findById(id) : Optional.empty();
	}

}
