/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.status;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Distinguishes the failures of outbound calls from a handler's own statuses, by the
 * identity of the status and trailers of such a call. Both are kept, because the
 * {@code onError} of a stub copies the trailers.
 */
public final class UpstreamErrors {

	/**
	 * Neither {@link Status} nor {@link Metadata} has an {@code equals} of its own, so
	 * that this goes by identity.
	 */
	private static final Map<Object, Boolean> ENDS = Collections.synchronizedMap(new WeakHashMap<>());

	private UpstreamErrors() {
	}

	/**
	 * Remember how a call ended.
	 * @return the status to hand to the caller: a status that came without a description
	 * is one object for all who use its code
	 */
	public static Status add(Status status, Metadata trailers) {
		Status unique = status.withDescription(status.getDescription() + ".").withDescription(status.getDescription());
		ENDS.put(unique, Boolean.TRUE);
		ENDS.put(trailers, Boolean.TRUE);
		return unique;
	}

	/**
	 * Return whether a call that this process made ended with this status or these
	 * trailers.
	 * @param status the status of an exception
	 * @param trailers the trailers of the exception, {@code null} where it has none
	 * @return whether it did
	 */
	public static boolean contains(Status status, @Nullable Metadata trailers) {
		return ENDS.containsKey(status) || (trailers != null && ENDS.containsKey(trailers));
	}

}
