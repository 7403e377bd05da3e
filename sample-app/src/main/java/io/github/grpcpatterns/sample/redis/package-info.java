/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The way to Redis in the profile {@code redis}, by which instances share what they count
 * and tell. Without the profile nothing here exists and each instance is on its own.
 */
@NullMarked
package io.github.grpcpatterns.sample.redis;

import org.jspecify.annotations.NullMarked;
