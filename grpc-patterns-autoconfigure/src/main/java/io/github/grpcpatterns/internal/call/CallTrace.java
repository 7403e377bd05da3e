/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

/**
 * The trace of a call, which its log lines name and its meters refer to.
 */
public interface CallTrace {

	/** The key of the trace id in a log line, and in the MDC of tracing integrations. */
	String TRACE_ID = "traceId";

	/** The key of the span id. */
	String SPAN_ID = "spanId";

	/**
	 * Return the id of the trace.
	 * @return the id in hex digits
	 */
	String traceId();

	/**
	 * Return the id of the span.
	 * @return the id in hex digits
	 */
	String spanId();

	/**
	 * Run something with the call's own span as the current one of the thread.
	 * @param task what to run, in any case
	 */
	void run(Runnable task);

}
