package io.github.grpcpatterns;

import io.grpc.ServerBuilder;

/**
 * Configures the builder of a server, whatever the stack. Hooks run before the
 * customizers of the application, which so have the last word.
 * <p>
 * No policy may depend on a hook: the transport of a test may take none.
 */
@FunctionalInterface
public interface ServerBuilderHook {

	/**
	 * Configure a server before it is built.
	 * @param builder the builder
	 */
	void customize(ServerBuilder<?> builder);

}
