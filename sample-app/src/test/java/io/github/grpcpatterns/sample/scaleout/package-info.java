/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Two instances of the sample behind one client, with the PostgreSQL and the Redis that
 * they share; and what their clients notice when one of them is killed. Run by
 * {@code sample-app/scale-out/run}.
 */
@NullMarked
package io.github.grpcpatterns.sample.scaleout;

import org.jspecify.annotations.NullMarked;
