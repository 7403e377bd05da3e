package io.github.grpcpatterns.internal.call;

import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * What a pattern puts onto the thread while the code of one call runs there, and takes
 * off again: the MDC, the security context.
 *
 * @param <P> what was there before
 */
public interface CallScope<P extends @Nullable Object> {

	/**
	 * Put it onto this thread.
	 * @return what to pass to {@link #exit}
	 */
	P enter();

	/**
	 * Leave this thread as it was. Must not throw.
	 * @param previous what {@link #enter()} returned
	 */
	void exit(P previous);

	/**
	 * Wrap a listener so that each callback, whatever it throws, runs within the scope.
	 * The interceptor itself enters it around {@code startCall}.
	 * @param <T> the type of requests
	 * @param listener the listener
	 * @return the wrapped listener
	 */
	default <T> ServerCall.Listener<T> around(ServerCall.Listener<T> listener) {
		return new ScopedListener<>(listener, this);
	}

}
