package io.github.grpcpatterns.retry;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import io.github.grpcpatterns.RichStatus;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * When the server wants to see the call again: the trailer {@code grpc-retry-pushback-ms}
 * (gRFC A6), else {@code google.rpc.RetryInfo}.
 */
final class Pushback {

	/** The server said nothing. */
	static final long ABSENT = Long.MIN_VALUE;

	/** Never. */
	static final long STOP = -1;

	private Pushback() {
	}

	/**
	 * Read the server's wish.
	 * @param trailers the trailers of an attempt
	 * @return milliseconds, {@link #ABSENT} or {@link #STOP}
	 */
	static long millis(Metadata trailers) {
		String pushback = trailers.get(RichStatus.PUSHBACK);
		if (pushback != null) {
			try {
				return Math.max(STOP, Long.parseLong(pushback.trim()));
			}
			catch (NumberFormatException ex) {
				return STOP;
			}
		}
		Duration delay = retryDelay(trailers);
		if (delay == null || delay.getSeconds() < 0 || delay.getNanos() < 0) {
			return ABSENT;
		}
		long millis = (delay.getNanos() + 999_999) / 1_000_000;
		return (delay.getSeconds() > Long.MAX_VALUE / 1000 - 1) ? Long.MAX_VALUE : delay.getSeconds() * 1000 + millis;
	}

	private static @Nullable Duration retryDelay(Metadata trailers) {
		try {
			com.google.rpc.Status status = trailers.get(RichStatus.DETAILS);
			if (status == null) {
				return null;
			}
			for (Any detail : status.getDetailsList()) {
				if (detail.is(RetryInfo.class)) {
					RetryInfo info = detail.unpack(RetryInfo.class);
					return info.hasRetryDelay() ? info.getRetryDelay() : null;
				}
			}
		}
		catch (IllegalArgumentException | InvalidProtocolBufferException ex) {
			return null; // whatever this is, it says nothing about retries
		}
		return null;
	}

}
