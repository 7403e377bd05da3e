/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.tracing;

import io.github.grpcpatterns.internal.call.CallTrace;
import org.jspecify.annotations.Nullable;

/**
 * The trace that a caller tells in its {@code traceparent}.
 *
 * @param traceId the id of the trace
 * @param spanId the id of the caller's span
 */
record CallerTrace(String traceId, String spanId) implements CallTrace {

	/** Version, trace id, span id and flags of W3C Trace Context, level 1. */
	private static final int LENGTH = "00-".length() + 32 + "-".length() + 16 + "-00".length();

	/**
	 * Read a header.
	 * @return the trace, or {@code null} where the header is not valid
	 */
	static @Nullable CallerTrace of(String traceparent) {
		if (traceparent.length() < LENGTH || traceparent.charAt(2) != '-' || traceparent.charAt(35) != '-'
				|| traceparent.charAt(52) != '-' || !hex(traceparent, 0, 2) || traceparent.startsWith("ff")) {
			return null;
		}
		boolean longer = traceparent.length() > LENGTH;
		if (longer && (traceparent.startsWith("00") || traceparent.charAt(LENGTH) != '-')) {
			return null;
		}
		boolean valid = id(traceparent, 3, 35) && id(traceparent, 36, 52) && hex(traceparent, 53, 55);
		return valid ? new CallerTrace(traceparent.substring(3, 35), traceparent.substring(36, 52)) : null;
	}

	private static boolean id(String text, int from, int to) {
		return hex(text, from, to) && !text.substring(from, to).chars().allMatch((digit) -> digit == '0');
	}

	private static boolean hex(String text, int from, int to) {
		return text.substring(from, to)
			.chars()
			.allMatch((digit) -> (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'));
	}

	/**
	 * The call has no span of its own.
	 */
	@Override
	public void run(Runnable task) {
		task.run();
	}

}
