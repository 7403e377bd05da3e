/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.ratelimit;

import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.github.grpcpatterns.internal.call.CallRecord;

/**
 * Decides whether a call may pass now. Created once per method.
 */
interface CallLimiter {

	/** For methods without a limit. */
	CallLimiter NONE = new CallLimiter() {

		@Override
		public boolean decides(CallRecord call, Effort effort) {
			return true;
		}

		@Override
		public long acquire(CallRecord call) {
			return 0;
		}

	};

	/**
	 * Return whether {@link #acquire} costs no more than this, and the bucket of the call
	 * is known.
	 */
	boolean decides(CallRecord call, Effort effort);

	/**
	 * Take a permit for a call.
	 * @param call the call
	 * @return zero if it may pass, else the nanoseconds after which another try may
	 */
	long acquire(CallRecord call);

}
