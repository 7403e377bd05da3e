/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What the test kit is made of; not for use by tests.
 */
@NullMarked
package io.github.grpcpatterns.test.internal;

import org.jspecify.annotations.NullMarked;
