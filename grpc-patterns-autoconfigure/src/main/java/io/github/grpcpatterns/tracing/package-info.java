/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Leads from a call's log lines and meters to its trace, where there is a tracer of
 * Micrometer Tracing.
 * <p>
 * Inside the observation of the stack, interceptors note the span of each call in its
 * record. The log line carries {@code traceId} and {@code spanId}, the audit line
 * {@code traceId}; timers are recorded while the span is the current one, so that
 * exemplars name it. A call that is refused further out has the ids of the
 * {@code traceparent} header with which it came. There are no settings.
 */
@NullMarked
package io.github.grpcpatterns.tracing;

import org.jspecify.annotations.NullMarked;
