/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import io.grpc.StatusException;
import org.jspecify.annotations.Nullable;

/**
 * Maps an exception of the application to the status that callers receive. Beans are
 * called in their order, after statuses that the handler threw itself and before
 * {@code grpc.patterns.server.errors.mappings}; the first result is used.
 * <p>
 * The result is sent to the client unchanged: description, trailers and details. It must
 * not contain anything that the client must not see.
 */
@FunctionalInterface
public interface GrpcExceptionMapper {

	/**
	 * Map an exception. Called on the thread on which it was thrown, so it must not
	 * block; what this method itself throws is logged, and the next in order is asked.
	 * @param thrown the exception or error, freed of {@code ExecutionException},
	 * {@code CompletionException} and {@code UndeclaredThrowableException}; never a
	 * {@code StatusException} or {@code StatusRuntimeException}
	 * @return how the call ends, or {@code null} for what this mapper does not know
	 */
	@Nullable StatusException map(Throwable thrown);

}
