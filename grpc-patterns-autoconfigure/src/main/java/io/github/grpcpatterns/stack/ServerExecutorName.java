package io.github.grpcpatterns.stack;

/**
 * The executor of the servers, as a bean, for the line that is logged at the start.
 */
@FunctionalInterface
public interface ServerExecutorName {

	/**
	 * Return how the line calls it. Called when the servers have started.
	 * @return a few words
	 */
	String name();

}
