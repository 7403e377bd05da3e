package io.github.grpcpatterns.internal.call;

import org.jspecify.annotations.Nullable;

/**
 * What a pattern puts onto the thread while the code of one call runs there, and takes
 * off again: the MDC, the security context. Added with
 * {@link ServerCallGuard#enter(CallScope)}.
 *
 * @param <P> what was there before
 */
public interface CallScope<P extends @Nullable Object> {

	/**
	 * Put it onto this thread. Must not throw.
	 * @return what to pass to {@link #exit}
	 */
	P enter();

	/**
	 * Leave this thread as it was. Must not throw.
	 * @param previous what {@link #enter()} returned
	 */
	void exit(P previous);

}
