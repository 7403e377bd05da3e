/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The wait between two attempts, for retries and for reopened streams.
 */
@NullMarked
package io.github.grpcpatterns.internal.backoff;

import org.jspecify.annotations.NullMarked;
