/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import io.grpc.ServerBuilder;

/**
 * Configures the builder of a server of either stack. Hooks run before the customizers of
 * the application, which can override them.
 * <p>
 * No policy may depend on a hook: a test's transport may run none.
 */
@FunctionalInterface
public interface ServerBuilderHook {

	/**
	 * Configure a server before it is built.
	 * @param builder the builder
	 */
	void customize(ServerBuilder<?> builder);

}
