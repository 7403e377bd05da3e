/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

/**
 * Checks settings against the {@link RegisteredMethods}, as a bean. It is called when the
 * methods of all servers are known, and before the last of them listens; in a process
 * without a server, and where a container runs it, at the end of the start. It may be
 * called again when a server is built anew.
 */
@FunctionalInterface
public interface ServedMethodsCheck {

	/**
	 * Check, and fail the start by an exception.
	 */
	void check();

}
