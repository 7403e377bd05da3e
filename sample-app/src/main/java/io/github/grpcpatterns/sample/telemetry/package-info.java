/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Measurements: {@code telemetry.v1.MetricsService}, a client stream that is summed up in
 * as much memory as there are different metrics, however long it is.
 */
@NullMarked
package io.github.grpcpatterns.sample.telemetry;

import org.jspecify.annotations.NullMarked;
