/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.github.grpcpatterns.internal.settings.Settings;
import io.github.grpcpatterns.stream.StreamServerProperties.Override;
import io.github.grpcpatterns.stream.StreamServerProperties.RatePer;
import io.grpc.MethodDescriptor.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * The limits of the streams of one method. A time of {@link Long#MAX_VALUE}, a number of
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
	 * Settle a method. A policy that limits nothing is still one, for its streams are
	 * watched; health and reflection pass then.
	 */
	static StreamPolicy of(MethodSettings.Lookup<Override> lookup, StreamServerProperties defaults) {
		MethodType type = lookup.method().getType();
		if (type == MethodType.UNARY) {
			return NONE;
		}
		RatePer ratePer = lookup.value("rate-per", Override::ratePer, defaults.ratePer());
		StreamPolicy policy = new StreamPolicy("",
				Settings.nanosOrNone(lookup.limit("max-duration", Override::maxDuration, defaults.maxDuration())),
				Settings.nanosOrNone(lookup.limit("idle-timeout", Override::idleTimeout, defaults.idleTimeout())),
				lookup.limit("max-inbound-messages", Override::maxInboundMessages, defaults.maxInboundMessages()),
				lookup.limit("max-outbound-messages", Override::maxOutboundMessages, defaults.maxOutboundMessages()),
				lookup.limit("max-inbound-bytes", Override::maxInboundBytes, defaults.maxInboundBytes()).toBytes(),
				lookup.limit("max-outbound-bytes", Override::maxOutboundBytes, defaults.maxOutboundBytes()).toBytes(),
				lookup.limit("max-pending-bytes", Override::maxPendingBytes, defaults.maxPendingBytes()).toBytes(),
				type.clientSendsOneMessage() ? null
						: rate(lookup, "inbound-rate", Override::inboundRate, defaults.inboundRate(),
								lookup.value("inbound-burst", Override::inboundBurst, defaults.inboundBurst()),
								ratePer),
				type.serverSendsOneMessage() ? null
						: rate(lookup, "outbound-rate", Override::outboundRate, defaults.outboundRate(),
								lookup.value("outbound-burst", Override::outboundBurst, defaults.outboundBurst()),
								ratePer));
		return (lookup.infrastructure() && policy.equals(NONE)) ? NONE
				: policy.named(lookup.method().getFullMethodName());
	}

	private static @Nullable RateLimit rate(MethodSettings.Lookup<Override> lookup, String name,
			Function<Override, @Nullable Double> setting, double defaultRate, long burst, RatePer per) {
		Setting<Double> rate = lookup.limitSetting(name, setting, defaultRate);
		return (rate.value() > 0) ? RateLimit.of(rate.value(), burst, per, rate.property()) : null;
	}

	private StreamPolicy named(String method) {
		return new StreamPolicy(method, this.maxDurationNanos, this.idleNanos, this.maxInboundMessages,
				this.maxOutboundMessages, this.maxInboundBytes, this.maxOutboundBytes, this.maxPendingBytes,
				this.inboundRate, this.outboundRate);
	}

	/**
	 * Return the reasons for which a stream may be ended.
	 * @param pendingBounded whether all streams together are bounded
	 */
	Set<EndReason> refusals(boolean pendingBounded) {
		Set<EndReason> refusals = EnumSet.noneOf(EndReason.class);
		addIf(this.maxDurationNanos != Long.MAX_VALUE, refusals, EndReason.STREAM_MAX_DURATION);
		addIf(idles(), refusals, EndReason.STREAM_IDLE);
		addIf(this.maxInboundMessages > 0 || this.maxOutboundMessages > 0, refusals, EndReason.STREAM_MAX_MESSAGES);
		addIf(this.maxInboundBytes > 0 || this.maxOutboundBytes > 0, refusals, EndReason.STREAM_MAX_BYTES);
		addIf(this.maxPendingBytes > 0 || pendingBounded, refusals, EndReason.SLOW_CONSUMER);
		return refusals;
	}

	private static void addIf(boolean possible, Set<EndReason> refusals, EndReason reason) {
		if (possible) {
			refusals.add(reason);
		}
	}

	/**
	 * Return whether there is anything to look at when a message comes, or to ask when
	 * one goes, beside what is pending.
	 */
	boolean limitsMessages() {
		return idles() || this.inboundRate != null || this.outboundRate != null || this.maxInboundMessages > 0
				|| this.maxInboundBytes > 0;
	}

	boolean idles() {
		return this.idleNanos != Long.MAX_VALUE;
	}

}
