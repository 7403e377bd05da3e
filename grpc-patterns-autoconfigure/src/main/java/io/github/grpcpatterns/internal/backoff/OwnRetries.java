package io.github.grpcpatterns.internal.backoff;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.grpc.CallOptions;
import org.jspecify.annotations.Nullable;

/**
 * In the options of a call whose caller tries again by itself. The retries of a client
 * leave such a call alone, so that attempts do not multiply, and tell the caller the
 * settings of the method instead.
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
