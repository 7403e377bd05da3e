/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import org.jspecify.annotations.Nullable;

/**
 * Maps exceptions by their classes.
 */
@FunctionalInterface
interface KnownErrors {

	/**
	 * Say what an exception means.
	 * @param thrown the exception
	 * @return its meaning, or {@code null} where it is not known here
	 */
	@Nullable KnownError find(Throwable thrown);

}
