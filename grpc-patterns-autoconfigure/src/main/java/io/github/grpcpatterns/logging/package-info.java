/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Logs one line for each call, at its end: method, status, duration and caller.
 * <p>
 * The message is {@code <method> <status> in <n> ms}, the rest are key-values:
 * {@code grpc.method}, {@code grpc.type}, {@code grpc.status}, {@code duration_ms},
 * {@code messages.received}, {@code messages.sent}, {@code peer}, {@code principal},
 * {@code correlationId}, with a tracer {@code traceId} and {@code spanId}, and after a
 * mapped exception {@code exception.type} and {@code exception.message}. An unmapped
 * exception is logged with its stack trace. Loggers are {@code grpc.patterns.server} and
 * {@code grpc.patterns.client}. With {@code start-line} another line, at DEBUG, says that
 * a call has begun, so that one that hangs is seen.
 * <p>
 * The level is INFO; WARN for {@code DEADLINE_EXCEEDED}, {@code PERMISSION_DENIED},
 * {@code RESOURCE_EXHAUSTED}, {@code FAILED_PRECONDITION}, {@code ABORTED},
 * {@code OUT_OF_RANGE}, {@code UNAVAILABLE} and for slow unary calls; ERROR for
 * {@code UNKNOWN}, {@code UNIMPLEMENTED}, {@code INTERNAL}, {@code DATA_LOSS}.
 * <pre>{@code
 * grpc:
 *   patterns:
 *     server:
 *       logging:
 *         slow-call-threshold: 500ms
 * }</pre>
 */
@NullMarked
package io.github.grpcpatterns.logging;

import org.jspecify.annotations.NullMarked;
