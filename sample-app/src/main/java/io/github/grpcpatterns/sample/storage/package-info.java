/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Keeps documents as files named after the digest of what is in them.
 */
@NullMarked
package io.github.grpcpatterns.sample.storage;

import org.jspecify.annotations.NullMarked;
