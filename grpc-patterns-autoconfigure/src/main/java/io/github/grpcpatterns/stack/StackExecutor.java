package io.github.grpcpatterns.stack;

import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * The executor that the application gives a stack in the stack's own way, as a bean. Our
 * settings give way to it.
 */
@FunctionalInterface
public interface StackExecutor {

	/**
	 * Return the executor.
	 * @return the executor, or {@code null} where the application gives none
	 */
	@Nullable Executor executor();

}
