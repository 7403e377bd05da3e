/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What the patterns cost. {@link io.github.grpcpatterns.benchmarks.Suite} runs the
 * benchmarks and writes their results into the manual;
 * {@link io.github.grpcpatterns.benchmarks.UnaryLoad} loads a server that runs elsewhere.
 * <p>
 * Streams: {@link io.github.grpcpatterns.benchmarks.OpenStreams} tells what thousands of
 * open ones cost that do nothing, {@link io.github.grpcpatterns.benchmarks.RatedStreams}
 * how evenly two hundred are held to a rate.
 * <p>
 * {@link io.github.grpcpatterns.benchmarks.RollingRestart} counts the calls that clients
 * without retries lose while two instances are restarted in turn.
 */
@NullMarked
package io.github.grpcpatterns.benchmarks;

import org.jspecify.annotations.NullMarked;
