package io.github.grpcpatterns.ratelimit;

import io.github.grpcpatterns.internal.call.CallRecord;

/**
 * Decides whether a call may pass now. Settled once per method.
 */
@FunctionalInterface
interface CallLimiter {

	/** For methods without a limit. */
	CallLimiter NONE = (call) -> 0;

	/**
	 * Take a permit for a call.
	 * @param call the call
	 * @return zero if it may pass, else the nanoseconds after which another try may
	 */
	long acquire(CallRecord call);

}
