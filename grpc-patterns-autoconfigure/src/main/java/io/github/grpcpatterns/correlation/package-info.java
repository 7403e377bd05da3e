/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Correlation ids, shared by all log lines and calls of one request.
 * <p>
 * A server takes the id from the header {@code x-correlation-id} of a call, if there is
 * exactly one of 1–128 characters of {@code [A-Za-z0-9._:-]}, else makes one of 32 hex
 * digits. The id is in
 * {@link io.github.grpcpatterns.correlation.CorrelationId#current()}, in the MDC as
 * {@code correlationId} while the handler and its callbacks run, in the response headers
 * (the trailers, where there are no headers), in every error's
 * {@code google.rpc.RequestInfo}, and on the calls that the handler makes. Outside of any
 * call, a client generates an id for each call. <pre>{@code
 * grpc:
 *   patterns:
 *     correlation:
 *       header: x-request-id
 * }</pre>
 */
@NullMarked
package io.github.grpcpatterns.correlation;

import org.jspecify.annotations.NullMarked;
