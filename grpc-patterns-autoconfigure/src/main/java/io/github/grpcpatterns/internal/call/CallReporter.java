/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

/**
 * Receives the start and end of calls, on both sides and for all four kinds, for logging
 * and metrics.
 * <p>
 * A {@link MessageReporter} receives the messages of streams too. A reporter is added to
 * a {@link CallRecord} before the call starts, and serves many calls concurrently. It
 * must not block; its exceptions are logged and ignored.
 */
public interface CallReporter {

	/**
	 * The call starts. A call of a client that is made and never started is not reported
	 * at all.
	 * @param call the call
	 */
	default void started(CallRecord call) {
	}

	/**
	 * The call is over, told exactly once: {@link CallRecord#status()} and
	 * {@link CallRecord#endReason()} are final. Never called on a transport thread.
	 * @param call the call
	 */
	void ended(CallRecord call);

}
