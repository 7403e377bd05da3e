/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Timing and threads: the one timer, the executors, and the trampoline that runs one
 * thing at a time.
 */
@NullMarked
package io.github.grpcpatterns.internal.concurrent;

import org.jspecify.annotations.NullMarked;
