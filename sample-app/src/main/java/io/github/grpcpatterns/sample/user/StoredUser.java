/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.user;

import java.time.OffsetDateTime;

import io.github.grpcpatterns.sample.SortedIds;
import io.github.grpcpatterns.sample.Timestamps;
import io.github.grpcpatterns.sample.user.v1.User;

import org.springframework.data.annotation.Id;

/**
 * One row of the table {@code stored_user}. The time is in UTC and in whole microseconds.
 *
 * @param id the user's id, see {@link SortedIds}
 * @param name what the user is called
 * @param email where the user gets mail
 * @param createdAt when the user was created
 */
record StoredUser(@Id String id, String name, String email, OffsetDateTime createdAt) {

	User toMessage() {
		return User.newBuilder()
			.setId(this.id)
			.setName(this.name)
			.setEmail(this.email)
			.setCreatedAt(Timestamps.of(this.createdAt.toInstant()))
			.build();
	}

}
