/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.tracing;

import io.github.grpcpatterns.internal.call.CallTrace;
import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import org.jspecify.annotations.Nullable;

/**
 * The trace of a call that has a span.
 *
 * @param tracer the tracer
 * @param span the span
 */
record SpanTrace(Tracer tracer, Span span) implements CallTrace {

	/**
	 * Return the trace of the current span of this thread.
	 * @return the trace, or {@code null} without a span, and where the tracer makes none
	 */
	static @Nullable SpanTrace current(Tracer tracer) {
		Span span = tracer.currentSpan();
		return (span != null && !span.context().traceId().isEmpty()) ? new SpanTrace(tracer, span) : null;
	}

	@Override
	public String traceId() {
		return this.span.context().traceId();
	}

	@Override
	public String spanId() {
		return this.span.context().spanId();
	}

	@Override
	public void run(Runnable task) {
		Tracer.SpanInScope scope = open();
		try {
			task.run();
		}
		finally {
			if (scope != null) {
				scope.close();
			}
		}
	}

	private Tracer.@Nullable SpanInScope open() {
		try {
			return this.tracer.withSpan(this.span);
		}
		catch (RuntimeException ex) { // a tracer is no reason to lose a line
			CallLog.LOGGER.debug("Cannot open the scope of a span", ex);
			return null;
		}
	}

}
