/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CallTrace;
import io.github.grpcpatterns.internal.call.MessageReporter;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.micrometer.core.instrument.Timer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records one stream. Messages are sent by one thread at a time and received by one
 * thread at a time, which may differ.
 */
final class StreamReporter implements MessageReporter {

	private static final Logger logger = LoggerFactory.getLogger(StreamReporter.class);

	private final StreamMeters meters;

	private final CallTimer timer;

	private final long largeMessageBytes;

	private boolean first = true;

	private long lastSent;

	private volatile boolean warned;

	StreamReporter(StreamMeters meters, CallTimer timer, long largeMessageBytes) {
		this.meters = meters;
		this.timer = timer;
		this.largeMessageBytes = largeMessageBytes;
	}

	@Override
	public void started(CallRecord call) {
		this.meters.active.incrementAndGet();
	}

	@Override
	public void messageSent(CallRecord call) {
		this.meters.sent.increment();
		if (this.first && this.meters.side == CallMeters.Side.SERVER) {
			first(call);
		}
		if (this.meters.gap != null) {
			long now = this.timer.nanoTime();
			if (call.traffic().messagesSent() > 1) {
				record(call, this.meters.gap, now - this.lastSent);
			}
			this.lastSent = now;
		}
	}

	@Override
	public void messageReceived(CallRecord call) {
		this.meters.received.increment();
		if (this.first && this.meters.side == CallMeters.Side.CLIENT) {
			first(call);
		}
	}

	private void first(CallRecord call) {
		this.first = false;
		record(call, this.meters.firstMessage, this.timer.nanoTime() - call.startNanos());
	}

	/**
	 * Record a time while the call lives, whichever span is the current one of the
	 * thread.
	 */
	private static void record(CallRecord call, Timer timer, long nanos) {
		CallTrace trace = call.trace();
		if (trace != null) {
			trace.run(() -> timer.record(nanos, TimeUnit.NANOSECONDS));
		}
		else {
			timer.record(nanos, TimeUnit.NANOSECONDS);
		}
	}

	@Override
	public void messageSize(CallRecord call, boolean sent, long bytes) {
		(sent ? this.meters.sentSize : this.meters.receivedSize).record(bytes);
		if (bytes >= this.largeMessageBytes && !this.warned) {
			this.warned = true;
			logger.warn("A message of {} bytes was {} on a stream of {}", bytes, sent ? "sent" : "received",
					call.methodName());
		}
	}

	@Override
	public void ended(CallRecord call) {
		this.meters.active.decrementAndGet();
		this.meters.durations.get(call.status().getCode()).record(call.durationNanos(), TimeUnit.NANOSECONDS);
		this.meters.ended.get(call.endReason()).increment();
		if (call.refused()) {
			this.meters.refused.get(call.endReason()).increment();
		}
	}

}
