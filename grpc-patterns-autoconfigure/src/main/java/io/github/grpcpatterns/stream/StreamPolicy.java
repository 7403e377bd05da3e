package io.github.grpcpatterns.stream;

import org.jspecify.annotations.Nullable;

/**
 * What holds for the streams of one method. A time of {@link Long#MAX_VALUE}, a number of
 * zero and a rate of {@code null} mean no bound.
 *
 * @param method the full name of the method
 * @param maxDurationNanos the greatest age
 * @param idleNanos the longest silence
 * @param maxInboundMessages the greatest number of messages received
 * @param maxOutboundMessages the greatest number of messages sent
 * @param maxInboundBytes the greatest sum of the sizes of messages received
 * @param maxOutboundBytes the greatest sum of the sizes of messages sent
 * @param maxPendingBytes the greatest sum of the sizes of messages that wait
 * @param inboundRate the rate of messages received
 * @param outboundRate the rate of messages sent
 */
record StreamPolicy(String method, long maxDurationNanos, long idleNanos, long maxInboundMessages,
		long maxOutboundMessages, long maxInboundBytes, long maxOutboundBytes, long maxPendingBytes,
		@Nullable RateLimit inboundRate, @Nullable RateLimit outboundRate) {

	/**
	 * Of methods that are passed over.
	 */
	static final StreamPolicy NONE = new StreamPolicy("", Long.MAX_VALUE, Long.MAX_VALUE, 0, 0, 0, 0, 0, null, null);

	/**
	 * Make a policy.
	 * @param always whether it stands in the way of calls even if nothing is limited
	 */
	static StreamPolicy of(String method, boolean always, long maxDurationNanos, long idleNanos,
			long maxInboundMessages, long maxOutboundMessages, long maxInboundBytes, long maxOutboundBytes,
			long maxPendingBytes, @Nullable RateLimit inboundRate, @Nullable RateLimit outboundRate) {
		StreamPolicy policy = new StreamPolicy(always ? method : "", maxDurationNanos, idleNanos, maxInboundMessages,
				maxOutboundMessages, maxInboundBytes, maxOutboundBytes, maxPendingBytes, inboundRate, outboundRate);
		return policy.equals(NONE) ? NONE : policy.named(method);
	}

	private StreamPolicy named(String method) {
		return new StreamPolicy(method, this.maxDurationNanos, this.idleNanos, this.maxInboundMessages,
				this.maxOutboundMessages, this.maxInboundBytes, this.maxOutboundBytes, this.maxPendingBytes,
				this.inboundRate, this.outboundRate);
	}

	boolean idles() {
		return this.idleNanos != Long.MAX_VALUE;
	}

}
