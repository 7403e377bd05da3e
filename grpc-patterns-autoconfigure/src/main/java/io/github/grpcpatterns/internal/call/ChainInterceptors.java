/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.List;

import io.grpc.ServerInterceptor;

/**
 * The interceptors that a stack binds to each of its services, as a bean: ours, the
 * stack's own and those of the application.
 */
@FunctionalInterface
public interface ChainInterceptors {

	/**
	 * Return the interceptors. Called when a server is built.
	 * @return the interceptors, outermost first
	 */
	List<ServerInterceptor> interceptors();

}
