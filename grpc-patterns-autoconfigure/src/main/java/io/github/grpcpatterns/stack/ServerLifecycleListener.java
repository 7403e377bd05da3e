/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import io.grpc.Server;

import org.springframework.context.Lifecycle;

/**
 * Receives the start and stop of servers of either stack. The adapters call the beans of
 * this type, on the thread that starts or stops the server.
 */
public interface ServerLifecycleListener {

	/**
	 * A server has started.
	 * @param server the server
	 * @param lifecycle what stops it
	 */
	void started(Server server, Lifecycle lifecycle);

	/**
	 * A server is about to stop. It still takes calls, and waits until this returns; then
	 * the stack shuts it down, where that has not been done yet, and waits for its grace
	 * period.
	 * @param server the server
	 */
	void stopping(Server server);

}
