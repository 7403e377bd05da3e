package io.github.grpcpatterns;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Tells the failures of calls that this process made from statuses of a handler's own: by
 * the very trailers that such a call ended with.
 */
public final class UpstreamErrors {

	/**
	 * {@link Metadata} has no {@code equals} of its own, so that this goes by identity.
	 */
	private static final Map<Metadata, Boolean> TRAILERS = Collections.synchronizedMap(new WeakHashMap<>());

	private UpstreamErrors() {
	}

	static void add(Metadata trailers) {
		TRAILERS.put(trailers, Boolean.TRUE);
	}

	/**
	 * Return whether a call that this process made ended with these trailers.
	 * @param trailers the trailers of an exception, {@code null} where it has none
	 * @return whether it did
	 */
	public static boolean contains(@Nullable Metadata trailers) {
		return trailers != null && TRAILERS.containsKey(trailers);
	}

}
