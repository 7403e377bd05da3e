/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Test kit for services and clients that use the patterns: a context with the whole chain
 * over an in-process transport, callers, a clock for every policy, a recorder of calls, a
 * server that misbehaves on demand, and the effective settings.
 */
@NullMarked
package io.github.grpcpatterns.test;

import org.jspecify.annotations.NullMarked;
