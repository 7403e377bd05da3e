/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.backoff;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.grpc.CallOptions;
import org.jspecify.annotations.Nullable;

/**
 * Marks, in its options, a call that its caller retries by itself. The retry pattern does
 * not retry such a call, so that attempts do not multiply, and passes the settings of the
 * method to the caller instead.
 */
public interface OwnRetries {

	/**
	 * The option that says so.
	 */
	CallOptions.Key<@Nullable OwnRetries> KEY = CallOptions.Key.create("io.github.grpcpatterns.own-retries");

	/**
	 * Take the settings. Called on the thread that makes the call, before it is made.
	 * @param waits the waits, as set for the method
	 * @param timer the timer to wait with
	 */
	void settings(RetryWaits waits, CallTimer timer);

}
