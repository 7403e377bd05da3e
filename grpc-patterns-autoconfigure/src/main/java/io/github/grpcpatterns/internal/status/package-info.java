/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The {@code google.rpc} statuses that calls end with, written and read.
 */
@NullMarked
package io.github.grpcpatterns.internal.status;

import org.jspecify.annotations.NullMarked;
