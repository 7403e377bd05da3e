/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.github.grpcpatterns.internal.status.CallEnding;

/**
 * Maps an exception from a handler, a callback or an interceptor to the end of its call.
 * Without the implementation of the error pattern, every exception ends its call as
 * {@code UNKNOWN} without its message.
 */
@FunctionalInterface
public interface ExceptionMapping {

	/**
	 * Map an exception. Called on the thread on which it was thrown; must not throw.
	 * @param thrown the exception or error
	 * @param call the call that it ends; the mapping writes there what the log should say
	 * of the exception (see {@link CallRecord#exception(Throwable, boolean)})
	 * @return how the call ends
	 */
	CallEnding map(Throwable thrown, CallRecord call);

}
