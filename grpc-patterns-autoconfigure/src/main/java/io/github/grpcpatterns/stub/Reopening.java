/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stub;

import java.util.concurrent.ThreadLocalRandom;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.backoff.RetryWaits;
import io.github.grpcpatterns.internal.status.ErrorDetails;
import io.github.grpcpatterns.internal.status.Pushback;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a broken stream is reopened, and after which wait. Used after each of
 * its calls, by one thread at a time.
 */
final class Reopening {

	/** Not at all. */
	static final long NEVER = -1;

	/** Calls in a row that brought nothing. */
	private int attempts;

	/** Waits since the last message or the server's last pushback. */
	private int waits;

	/**
	 * Decide.
	 * @param status how the call ended, not with {@code OK}
	 * @param trailers the trailers of the call
	 * @param progress whether the call brought a message
	 * @param livedMillis how long the call lived
	 * @param settings the settings of the waits
	 * @return the milliseconds to wait, or {@link #NEVER}
	 */
	long waitMillis(Status status, Metadata trailers, boolean progress, long livedMillis, RetryWaits settings) {
		EndReason reason = reason(status, trailers);
		if (reason == null) {
			return NEVER;
		}
		if (progress || reason == EndReason.STREAM_MAX_DURATION
				|| (reason == EndReason.TOKEN_EXPIRED && livedMillis > settings.maxMillis())) {
			this.attempts = 0;
			this.waits = 0;
		}
		Pushback pushback = Pushback.of(trailers);
		if (pushback.stops() && reason == EndReason.SERVER_DRAINING) {
			pushback = Pushback.ofRetryInfo(trailers); // the other forbids to repeat
		}
		if (++this.attempts >= settings.maxAttempts() || pushback.stops()) {
			return NEVER;
		}
		if (pushback.delay() != null) {
			this.waits = 0;
			return pushback.millis();
		}
		return settings.millis(this.waits++, ThreadLocalRandom.current().nextDouble());
	}

	/**
	 * Return why a stream broke.
	 * @return a reason to reopen it, or {@code null} where there is none
	 */
	private static @Nullable EndReason reason(Status status, Metadata trailers) {
		String reason = ErrorDetails.of(trailers).reason();
		return switch (status.getCode()) {
			case UNAVAILABLE ->
				EndReason.SERVER_DRAINING.name().equals(reason) ? EndReason.SERVER_DRAINING : EndReason.FAILED;
			case UNAUTHENTICATED -> EndReason.TOKEN_EXPIRED.name().equals(reason) ? EndReason.TOKEN_EXPIRED : null;
			case DEADLINE_EXCEEDED ->
				EndReason.STREAM_MAX_DURATION.name().equals(reason) ? EndReason.STREAM_MAX_DURATION : null;
			default -> null;
		};
	}

}
