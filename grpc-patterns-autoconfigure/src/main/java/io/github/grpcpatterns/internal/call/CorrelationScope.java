/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The correlation id of a call in the MDC, as {@value #MDC_KEY}.
 */
public final class CorrelationScope extends CallScope<@Nullable String> {

	/** The key in the MDC. */
	public static final String MDC_KEY = "correlationId";

	private final String id;

	/**
	 * Create it.
	 * @param id the id
	 */
	public CorrelationScope(String id) {
		this.id = id;
	}

	@Override
	@SuppressWarnings("NullAway") // which knows no nullable type arguments before JDK 21
	public @Nullable String enter() {
		return put(this.id);
	}

	@Override
	public void exit(@Nullable String previous) {
		restore(previous);
	}

	/**
	 * Put an id into the MDC.
	 * @param id the id
	 * @return the previous value, for {@link #restore(String)}
	 */
	public static @Nullable String put(String id) {
		String previous = MDC.get(MDC_KEY);
		MDC.put(MDC_KEY, id);
		return previous;
	}

	/**
	 * Restore the MDC.
	 * @param previous the result of {@link #put(String)}
	 */
	public static void restore(@Nullable String previous) {
		if (previous != null) {
			MDC.put(MDC_KEY, previous);
		}
		else {
			MDC.remove(MDC_KEY);
		}
	}

}
