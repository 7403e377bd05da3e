/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The users: {@code user.v1.UserService} over Spring Data JDBC. Signing up is the one
 * method of the sample that everybody may call.
 */
@NullMarked
package io.github.grpcpatterns.sample.user;

import org.jspecify.annotations.NullMarked;
