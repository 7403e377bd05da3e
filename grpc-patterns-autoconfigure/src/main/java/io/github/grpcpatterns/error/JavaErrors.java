/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Maps exceptions of the JDK.
 */
final class JavaErrors implements KnownErrors {

	@Override
	public @Nullable KnownError find(Throwable thrown) {
		Status.Code code = code(thrown);
		return (code != null) ? new KnownError(code) : null;
	}

	private static Status.@Nullable Code code(Throwable thrown) {
		if (thrown instanceof IllegalArgumentException) {
			return Status.Code.INVALID_ARGUMENT;
		}
		if (thrown instanceof NoSuchElementException) {
			return Status.Code.NOT_FOUND;
		}
		if (thrown instanceof IllegalStateException) {
			return Status.Code.FAILED_PRECONDITION;
		}
		if (thrown instanceof UnsupportedOperationException) {
			return Status.Code.UNIMPLEMENTED;
		}
		if (thrown instanceof TimeoutException) {
			return Status.Code.DEADLINE_EXCEEDED;
		}
		return null;
	}

}
