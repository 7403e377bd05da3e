/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.status;

import java.time.Duration;

import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * The retry delay that the server requests: the trailer {@code grpc-retry-pushback-ms}
 * (gRFC A6), else {@code google.rpc.RetryInfo}.
 *
 * @param stops whether the server forbids another attempt: the trailer is negative, or
 * not a number
 * @param delay the delay before another attempt, {@code null} where the server does not
 * ask for one
 */
public record Pushback(boolean stops, @Nullable Duration delay) {

	private static final Pushback NONE = new Pushback(false, null);

	private static final Pushback STOP = new Pushback(true, null);

	/**
	 * The longest valid {@code google.protobuf.Duration}.
	 */
	private static final long MAX_SECONDS = 315_576_000_000L;

	private static final int MAX_NANOS = 999_999_999;

	/**
	 * Read trailers.
	 * @param trailers the trailers of a failed call, {@code null} where there are none
	 * @return the requested delay
	 */
	public static Pushback of(@Nullable Metadata trailers) {
		String millis = (trailers != null) ? trailers.get(RichStatus.PUSHBACK) : null;
		if (millis == null) {
			return ofRetryInfo(trailers);
		}
		try {
			long value = Long.parseLong(millis.trim());
			return (value >= 0) ? new Pushback(false, Duration.ofMillis(value)) : STOP;
		}
		catch (NumberFormatException ex) {
			return STOP;
		}
	}

	/**
	 * Read {@link RetryInfo} alone, for a new call rather than another attempt of the
	 * same one.
	 * @param trailers the trailers of a failed call, {@code null} where there are none
	 * @return the requested delay; it never stops
	 */
	public static Pushback ofRetryInfo(@Nullable Metadata trailers) {
		RetryInfo info = ErrorDetails.of(trailers).find(RetryInfo.class);
		if (info == null || !info.hasRetryDelay()) {
			return NONE;
		}
		long seconds = info.getRetryDelay().getSeconds();
		int nanos = info.getRetryDelay().getNanos();
		if (seconds < 0 || nanos < 0 || seconds > MAX_SECONDS || nanos > MAX_NANOS) {
			return NONE;
		}
		return new Pushback(false, Duration.ofSeconds(seconds, nanos));
	}

	/**
	 * Return the delay as timers take it.
	 * @return the milliseconds, rounded up; negative where the server does not ask for a
	 * delay
	 */
	public long millis() {
		return (this.delay != null) ? this.delay.plusNanos(999_999).toMillis() : -1;
	}

}
