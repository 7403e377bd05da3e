package io.github.grpcpatterns.error;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.grpc.StatusException;
import org.jspecify.annotations.Nullable;

/**
 * The user's own exception handlers, declared the way of a stack.
 */
@FunctionalInterface
interface StackErrorHandlers {

	/**
	 * Ask the handlers.
	 * @param thrown the exception
	 * @param call the call that it ends
	 * @return what they make of it, or {@code null} where none knows it
	 */
	@Nullable StatusException handle(Throwable thrown, CallRecord call);

}
