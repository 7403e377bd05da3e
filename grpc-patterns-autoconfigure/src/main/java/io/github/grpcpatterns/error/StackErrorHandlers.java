/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.grpc.StatusException;
import org.jspecify.annotations.Nullable;

/**
 * The application's exception handlers, declared in the way of a stack.
 */
@FunctionalInterface
interface StackErrorHandlers {

	/**
	 * Call the handlers.
	 * @param thrown the exception
	 * @param call the call that it ends
	 * @return the result, or {@code null} if none handles it
	 */
	@Nullable StatusException handle(Throwable thrown, CallRecord call);

}
