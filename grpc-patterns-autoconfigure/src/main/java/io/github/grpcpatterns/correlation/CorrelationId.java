/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.correlation;

import io.github.grpcpatterns.internal.call.CallRecord;
import org.jspecify.annotations.Nullable;

/**
 * The correlation id of the current call, shared by all log lines and calls of one
 * request.
 */
public final class CorrelationId {

	private CorrelationId() {
	}

	/**
	 * Return the correlation id of the call being handled on this thread.
	 * @return the id in the current {@link io.grpc.Context}, or {@code null} outside a
	 * call and where the correlation pattern is off
	 */
	public static @Nullable String current() {
		return CallRecord.currentCorrelationId();
	}

}
