/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.List;

import io.grpc.Server;

/**
 * Builds the servers of a stack without starting them, as a bean: for reports of what the
 * servers will serve, in a process that never serves it.
 */
@FunctionalInterface
public interface ServerBuilds {

	/**
	 * Build the servers. They do not listen.
	 * @return the servers
	 */
	List<Server> build();

}
