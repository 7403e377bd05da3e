/**
 * Retries of a client: a call that failed before anything came back is made again, of all
 * four kinds, after a wait and within a budget, where that can do no harm.
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
 * {@link io.github.grpcpatterns.retry.RetryClientInterceptor} makes the calls. Go, no-go
 * and wait come from one Resilience4j {@code Retry} for each method, named as the method.
 *
 * @see <a href="https://github.com/grpc/proposal/blob/master/A6-client-retries.md">gRFC
 * A6</a>
 */
@NullMarked
package io.github.grpcpatterns.retry;

import org.jspecify.annotations.NullMarked;
