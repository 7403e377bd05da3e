/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * The executor that the application configures in a stack itself, as a bean. It takes
 * precedence over our settings.
 */
@FunctionalInterface
public interface StackExecutor {

	/**
	 * Return the executor.
	 * @return the executor, or {@code null} where the application gives none
	 */
	@Nullable Executor executor();

}
