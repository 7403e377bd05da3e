/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The lifecycle of a call: its record, its guard, its messages, and the report of its
 * end.
 */
@NullMarked
package io.github.grpcpatterns.internal.call;

import org.jspecify.annotations.NullMarked;
