/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

/**
 * The name of the servers' executor, as a bean for the line that is logged on startup.
 */
@FunctionalInterface
public interface ServerExecutorName {

	/**
	 * Return how the line calls it. Called when the servers have started.
	 * @return a few words
	 */
	String name();

}
