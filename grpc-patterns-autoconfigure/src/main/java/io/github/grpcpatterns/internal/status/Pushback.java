package io.github.grpcpatterns.internal.status;

import com.google.protobuf.Duration;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;

/**
 * When the server wants to see the call again: the trailer {@code grpc-retry-pushback-ms}
 * (gRFC A6), else {@code google.rpc.RetryInfo}.
 */
public final class Pushback {

	/** The server said nothing. */
	public static final long ABSENT = Long.MIN_VALUE;

	/** Never. */
	public static final long STOP = -1;

	private Pushback() {
	}

	/**
	 * Read the server's wish.
	 * @param trailers the trailers of an attempt
	 * @return milliseconds, {@link #ABSENT} or {@link #STOP}
	 */
	public static long millis(Metadata trailers) {
		String pushback = trailers.get(RichStatus.PUSHBACK);
		if (pushback == null) {
			return retryInfoMillis(trailers);
		}
		try {
			return Math.max(STOP, Long.parseLong(pushback.trim()));
		}
		catch (NumberFormatException ex) {
			return STOP;
		}
	}

	/**
	 * Read the server's wish from {@link RetryInfo} alone.
	 * @param trailers the trailers of an attempt
	 * @return milliseconds or {@link #ABSENT}
	 */
	public static long retryInfoMillis(Metadata trailers) {
		RetryInfo info = ErrorDetails.of(trailers).find(RetryInfo.class);
		if (info == null || !info.hasRetryDelay()) {
			return ABSENT;
		}
		Duration delay = info.getRetryDelay();
		if (delay.getSeconds() < 0 || delay.getNanos() < 0) {
			return ABSENT;
		}
		long millis = (delay.getNanos() + 999_999) / 1_000_000;
		return (delay.getSeconds() > Long.MAX_VALUE / 1000 - 1) ? Long.MAX_VALUE : delay.getSeconds() * 1000 + millis;
	}

}
