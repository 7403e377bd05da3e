package io.github.grpcpatterns.internal.call;

import io.github.grpcpatterns.internal.status.CallEnding;

/**
 * Turns an exception that left a handler, a callback or an interceptor into the end of
 * its call. The error pattern provides the real one; without it every exception ends its
 * call as {@code UNKNOWN} without its text.
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
