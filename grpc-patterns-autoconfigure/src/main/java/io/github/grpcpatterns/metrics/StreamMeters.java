/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.EndReason;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one streaming method.
 */
final class StreamMeters {

	private static final String DIRECTION_TAG = "direction";

	final CallMeters.Side side;

	final ByConstant<Status.Code, Timer> durations;

	final ByConstant<EndReason, Counter> ended;

	final ByConstant<EndReason, Counter> refused;

	final AtomicInteger active = new AtomicInteger();

	final Counter sent;

	final Counter received;

	final DistributionSummary sentSize;

	final DistributionSummary receivedSize;

	final Timer firstMessage;

	final @Nullable Timer gap;

	private final MeterRegistry registry;

	private final Tags tags;

	StreamMeters(MeterRegistry registry, CallMeters.Side side, Tags tags, ByConstant<EndReason, Counter> refused,
			boolean messageGap) {
		this.registry = registry;
		this.side = side;
		this.tags = tags;
		this.durations = CallMeters.timers(registry, name("duration"), "Duration of streams.", tags);
		this.ended = CallMeters.counters(registry, name("ended"), "Ended streams by reason.", tags);
		this.refused = refused;
		Gauge.builder(name("active"), this.active, AtomicInteger::get)
			.description("Open streams.")
			.tags(tags)
			.register(registry);
		this.sent = messages("sent");
		this.received = messages("received");
		this.sentSize = size("sent");
		this.receivedSize = size("received");
		this.firstMessage = Timer.builder(name("first.message"))
			.description(
					"Time from the start of a stream to its first message, sent on a server, received on a client.")
			.tags(tags)
			.register(registry);
		this.gap = messageGap ? Timer.builder(name("gap"))
			.description("Time between messages sent on a stream.")
			.tags(tags)
			.register(registry) : null;
	}

	private String name(String meter) {
		return this.side.streamPrefix + meter;
	}

	private Counter messages(String direction) {
		return Counter.builder(name("messages"))
			.description("Messages on streams.")
			.tags(this.tags)
			.tag(DIRECTION_TAG, direction)
			.register(this.registry);
	}

	private DistributionSummary size(String direction) {
		return DistributionSummary.builder(name("message.size"))
			.description("Uncompressed size of the messages on streams.")
			.baseUnit("bytes")
			.tags(this.tags)
			.tag(DIRECTION_TAG, direction)
			.register(this.registry);
	}

}
