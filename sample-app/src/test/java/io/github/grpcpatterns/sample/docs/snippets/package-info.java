/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What the pages of {@code docs} show and no other file has, so that the build compiles
 * it; the tests run.
 */
@NullMarked
package io.github.grpcpatterns.sample.docs.snippets;

import org.jspecify.annotations.NullMarked;
