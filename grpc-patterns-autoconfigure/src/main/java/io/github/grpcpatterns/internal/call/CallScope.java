/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import org.jspecify.annotations.Nullable;

/**
 * Thread-bound state of a call, set while its code runs on a thread: the MDC, the
 * security context. Added with {@link ServerCallGuard#enter(CallScope)}.
 *
 * @param <P> what was there before
 */
public interface CallScope<P extends @Nullable Object> {

	/**
	 * Set the state on this thread. Must not throw.
	 * @return the previous state, for {@link #exit}
	 */
	P enter();

	/**
	 * Restore this thread's previous state. Must not throw.
	 * @param previous the result of {@link #enter()}
	 */
	void exit(P previous);

}
