/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Retries of a client: a call of any kind that failed before the server responded is
 * retried, after a wait and within a budget, if that is safe.
 * <p>
 * {@code grpc.patterns.client.retry.*}; on by default. <pre>
 * after                                       retried
 * a code of 'codes' that the server sent      every method
 * a request that never left this process      every method
 * a connection lost after the request left    idempotent methods
 * DEADLINE_EXCEEDED, 'attempt-timeout'        idempotent methods
 * response headers                            nothing
 * </pre> A method is idempotent if its proto says so ({@code idempotency_level}), or an
 * override.
 * <p>
 * {@link io.github.grpcpatterns.retry.RetryClientInterceptor} makes the attempts. One
 * Resilience4j {@code Retry} for each method, named like the method, decides whether and
 * when to retry.
 *
 * @see <a href="https://github.com/grpc/proposal/blob/master/A6-client-retries.md">gRFC
 * A6</a>
 */
@NullMarked
package io.github.grpcpatterns.retry;

import org.jspecify.annotations.NullMarked;
