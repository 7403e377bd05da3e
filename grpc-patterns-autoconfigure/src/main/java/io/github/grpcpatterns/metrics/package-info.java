/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Meters of calls, with the statuses that the other side sees.
 * <p>
 * A unary call is recorded in the timer {@code rpc.server.call.duration}
 * ({@code rpc.client.call.duration}), named as OpenTelemetry names it. Streams, which it
 * does not cover, have meters below {@code grpc.patterns.server.stream.}
 * ({@code grpc.patterns.client.stream.}): {@code duration}, {@code active},
 * {@code messages}, {@code message.size}, {@code first.message}, {@code gap} and
 * {@code ended}. Every meter of a method carries {@code rpc.system.name} and
 * {@code rpc.method}. Tags are derived from registered methods only, so that clients
 * cannot create meters by inventing names.
 */
@NullMarked
package io.github.grpcpatterns.metrics;

import org.jspecify.annotations.NullMarked;
