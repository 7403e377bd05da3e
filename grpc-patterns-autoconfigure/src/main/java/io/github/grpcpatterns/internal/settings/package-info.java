/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Settings by method: patterns, overrides, the checks on startup and their reports.
 */
@NullMarked
package io.github.grpcpatterns.internal.settings;

import org.jspecify.annotations.NullMarked;
