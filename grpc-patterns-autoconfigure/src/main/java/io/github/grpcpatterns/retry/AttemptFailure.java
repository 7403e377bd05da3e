/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * A failed attempt, as passed to Resilience4j with the decision already made:
 * Resilience4j only counts attempts and publishes events.
 */
final class AttemptFailure extends StatusRuntimeException {

	private static final long serialVersionUID = 1L;

	private final boolean again;

	private final long waitMillis;

	/**
	 * Create it.
	 * @param again whether another attempt is allowed, as far as we know
	 * @param waitMillis how long to wait before it
	 */
	AttemptFailure(Status status, Metadata trailers, boolean again, long waitMillis) {
		super(status, trailers);
		this.again = again;
		this.waitMillis = waitMillis;
	}

	boolean again() {
		return this.again;
	}

	long waitMillis() {
		return this.waitMillis;
	}

	@Override
	public Throwable fillInStackTrace() {
		return this; // it would show a transport's thread, and costs more than the rest
	}

}
