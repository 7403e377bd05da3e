/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The sample application: services worth copying, on the starter.
 */
@NullMarked
package io.github.grpcpatterns.sample;

import org.jspecify.annotations.NullMarked;
