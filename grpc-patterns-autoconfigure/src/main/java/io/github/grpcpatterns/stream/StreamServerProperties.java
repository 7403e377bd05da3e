/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

import io.github.grpcpatterns.internal.settings.Library;
import io.github.grpcpatterns.internal.settings.MethodOverride;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.internal.settings.NeedsLibraries;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.internal.settings.Settings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;

/**
 * {@link ConfigurationProperties Properties} for the limits of inbound streams.
 *
 * @param enabled Whether to limit streams.
 * @param maxDuration Longest time a stream may stay open. Zero means no bound. If a
 * duration suffix is not specified, seconds will be used.
 * @param idleTimeout Time without a message to or from the handler after which a stream
 * is ended. Zero means no bound. If a duration suffix is not specified, seconds will be
 * used.
 * @param maxInboundMessages Number of messages a stream may receive. Zero means no bound.
 * @param maxOutboundMessages Number of messages a stream may send. Zero means no bound.
 * @param maxInboundBytes Total size of the messages a stream may receive, uncompressed
 * and without framing. Zero means no bound.
 * @param maxOutboundBytes Total size of the messages a stream may send, uncompressed and
 * without framing. Zero means no bound.
 * @param maxPendingBytes Size of a stream's pending messages, which wait because the
 * client does not read or the rate is exhausted; a stream with more is ended. Zero means
 * no bound.
 * @param maxPendingBytesTotal Size of the pending messages of all streams together; at
 * the bound, the stream with the most is ended. Zero means no bound. By default a quarter
 * of the heap.
 * @param inboundRate Messages a stream may receive per second. Zero means no bound.
 * @param outboundRate Messages a stream may send per second. Zero means no bound.
 * @param inboundBurst Messages that may arrive at once after a pause. Zero means the
 * rate, rounded up.
 * @param outboundBurst Messages that may be sent at once after a pause. Zero means the
 * rate, rounded up.
 * @param ratePer Scope within which streams share a rate.
 * @param overrides List of settings for some methods.
 */
@ConfigurationProperties(value = StreamServerProperties.PREFIX, ignoreUnknownFields = false)
public record StreamServerProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("0s") @DurationUnit(ChronoUnit.SECONDS) Duration maxDuration,
		@DefaultValue("0s") @DurationUnit(ChronoUnit.SECONDS) Duration idleTimeout,
		@DefaultValue("0") long maxInboundMessages, @DefaultValue("0") long maxOutboundMessages,
		@DefaultValue("0B") DataSize maxInboundBytes, @DefaultValue("0B") DataSize maxOutboundBytes,
		@DefaultValue("16MB") DataSize maxPendingBytes, @Nullable DataSize maxPendingBytesTotal,
		@DefaultValue("0") double inboundRate, @DefaultValue("0") double outboundRate,
		@DefaultValue("0") long inboundBurst, @DefaultValue("0") long outboundBurst,
		@DefaultValue("stream") RatePer ratePer, @DefaultValue List<Override> overrides) implements NeedsLibraries {

	static final String PREFIX = "grpc.patterns.server.stream";

	/** One message in a little more than a day. */
	private static final double MIN_RATE = 1e-5;

	public StreamServerProperties {
		check(maxDuration, idleTimeout, maxInboundMessages, maxOutboundMessages, maxInboundBytes, maxOutboundBytes,
				maxPendingBytes, inboundRate, outboundRate, inboundBurst, outboundBurst);
		Settings.notNegative("max-pending-bytes-total", maxPendingBytesTotal);
		MethodOverrides.of(PREFIX, overrides);
	}

	private static void check(@Nullable Duration maxDuration, @Nullable Duration idleTimeout,
			@Nullable Long maxInboundMessages, @Nullable Long maxOutboundMessages, @Nullable DataSize maxInboundBytes,
			@Nullable DataSize maxOutboundBytes, @Nullable DataSize maxPendingBytes, @Nullable Double inboundRate,
			@Nullable Double outboundRate, @Nullable Long inboundBurst, @Nullable Long outboundBurst) {
		Settings.notNegative("max-duration", maxDuration);
		Settings.notNegative("idle-timeout", idleTimeout);
		Settings.notNegative("max-inbound-messages", maxInboundMessages);
		Settings.notNegative("max-outbound-messages", maxOutboundMessages);
		Settings.notNegative("max-inbound-bytes", maxInboundBytes);
		Settings.notNegative("max-outbound-bytes", maxOutboundBytes);
		Settings.notNegative("max-pending-bytes", maxPendingBytes);
		Settings.rate("inbound-rate", inboundRate, MIN_RATE);
		Settings.rate("outbound-rate", outboundRate, MIN_RATE);
		Settings.notNegative("inbound-burst", inboundBurst);
		Settings.notNegative("outbound-burst", outboundBurst);
	}

	MethodOverrides<Override> methodOverrides() {
		return MethodOverrides.of(PREFIX, this.overrides);
	}

	/**
	 * Return whether the streams of any method have a rate.
	 */
	boolean limitsRate() {
		return this.inboundRate > 0 || this.outboundRate > 0
				|| this.overrides.stream().anyMatch((override) -> positive(override.inboundRate()))
				|| this.overrides.stream().anyMatch((override) -> positive(override.outboundRate()));
	}

	/**
	 * Fail the start, where messages cannot be held back.
	 */
	void refuseInboundRate() {
		refuseInboundRate(PREFIX, this.inboundRate);
		for (int i = 0; i < this.overrides.size(); i++) {
			refuseInboundRate(PREFIX + ".overrides[" + i + "]", this.overrides.get(i).inboundRate());
		}
	}

	private static void refuseInboundRate(String prefix, @Nullable Double rate) {
		if (positive(rate)) {
			throw new SettingException(prefix + ".inbound-rate", rate,
					"Cannot be kept on a servlet transport, whose container reads on.",
					"Remove '" + prefix + ".inbound-rate', or serve with Netty.");
		}
	}

	private static boolean positive(@Nullable Double rate) {
		return rate != null && rate > 0;
	}

	@java.lang.Override
	public List<Library> libraries() {
		return limitsRate() ? List.of(Library.BUCKET4J, Library.CAFFEINE) : List.of();
	}

	/**
	 * Return the bound of the pending messages of all streams together.
	 * @return bytes, zero for no bound
	 */
	long totalBytes() {
		return (this.maxPendingBytesTotal != null) ? this.maxPendingBytesTotal.toBytes()
				: Runtime.getRuntime().maxMemory() / 4;
	}

	/**
	 * Scope within which streams share a rate.
	 */
	public enum RatePer {

		/** Each stream has its own rate. */
		STREAM,

		/**
		 * All streams of a principal, or of a peer's address where there is no principal.
		 */
		PRINCIPAL,

		/** All streams of a method. */
		METHOD

	}

	/**
	 * Settings for some methods; settings that are absent are inherited.
	 *
	 * @param methods List of patterns of the methods.
	 * @param maxDuration Longest time a stream may stay open. Zero means no bound.
	 * @param idleTimeout Time without a message after which a stream is ended. Zero means
	 * no bound.
	 * @param maxInboundMessages Number of messages a stream may receive. Zero means no
	 * bound.
	 * @param maxOutboundMessages Number of messages a stream may send. Zero means no
	 * bound.
	 * @param maxInboundBytes Total size of the messages a stream may receive. Zero means
	 * no bound.
	 * @param maxOutboundBytes Total size of the messages a stream may send. Zero means no
	 * bound.
	 * @param maxPendingBytes Size of a stream's pending messages; a stream with more is
	 * ended. Zero means no bound.
	 * @param inboundRate Messages a stream may receive per second. Zero means no bound.
	 * @param outboundRate Messages a stream may send per second. Zero means no bound.
	 * @param inboundBurst Messages that may arrive at once after a pause. Zero means the
	 * rate, rounded up.
	 * @param outboundBurst Messages that may be sent at once after a pause. Zero means
	 * the rate, rounded up.
	 * @param ratePer Scope within which streams share a rate.
	 */
	public record Override(@DefaultValue List<String> methods,
			@DurationUnit(ChronoUnit.SECONDS) @Nullable Duration maxDuration,
			@DurationUnit(ChronoUnit.SECONDS) @Nullable Duration idleTimeout, @Nullable Long maxInboundMessages,
			@Nullable Long maxOutboundMessages, @Nullable DataSize maxInboundBytes, @Nullable DataSize maxOutboundBytes,
			@Nullable DataSize maxPendingBytes, @Nullable Double inboundRate, @Nullable Double outboundRate,
			@Nullable Long inboundBurst, @Nullable Long outboundBurst,
			@Nullable RatePer ratePer) implements MethodOverride {

		public Override {
			check(maxDuration, idleTimeout, maxInboundMessages, maxOutboundMessages, maxInboundBytes, maxOutboundBytes,
					maxPendingBytes, inboundRate, outboundRate, inboundBurst, outboundBurst);
		}

	}

}
