/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.util.concurrent.TimeUnit;

import io.github.bucket4j.TimeMeter;
import io.github.grpcpatterns.internal.call.OutboundGate;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.grpc.ServerCall;

/**
 * Opens the gate of a stream to the model of a call. A rate starts with one token and
 * gets one more each second.
 */
public final class ModelOutbound {

	/** More than a model can collect, so that no token is lost to a full bucket. */
	private static final int BURST = 32;

	private final CallTimer timer;

	private final long startNanos;

	private final PendingBytes total = new PendingBytes(0);

	private final Rate rate;

	/**
	 * Create it.
	 * @param per within what streams share a rate, {@code null} for no rate
	 */
	private ModelOutbound(CallTimer timer, StreamServerProperties.RatePer per) {
		this.timer = timer;
		this.startNanos = timer.nanoTime();
		this.rate = (per != null) ? new Rate(RateLimit.of(1, BURST, per, "outbound-rate"), timer, new TimeMeter() {

			@Override
			public long currentTimeNanos() {
				return timer.nanoTime();
			}

			@Override
			public boolean isWallClockBased() {
				return false;
			}

		}) : null;
		for (int i = 1; i < BURST && this.rate != null; i++) {
			this.rate.tryTake();
		}
	}

	public static ModelOutbound withoutRate(CallTimer timer) {
		return new ModelOutbound(timer, null);
	}

	public static ModelOutbound ownRate(CallTimer timer) {
		return new ModelOutbound(timer, StreamServerProperties.RatePer.STREAM);
	}

	public static ModelOutbound sharedRate(CallTimer timer) {
		return new ModelOutbound(timer, StreamServerProperties.RatePer.METHOD);
	}

	/**
	 * Make the gate of a stream.
	 * @param call the call further out
	 */
	public OutboundGate gate(ServerCall<?, ?> call, ServerCallGuard guard) {
		return new StreamGate<>(call, guard, StreamPolicy.NONE, this.timer, this.total, this.rate, null);
	}

	public long pendingBytes() {
		return this.total.total();
	}

	/**
	 * Return how many tokens are missing, and take the rest.
	 * @param spent how many messages went out
	 */
	public long missingTokens(int spent) {
		if (this.rate == null) {
			return 0;
		}
		long missing = 1 + TimeUnit.NANOSECONDS.toSeconds(this.timer.nanoTime() - this.startNanos) - spent;
		while (this.rate.tryTake()) {
			missing--;
		}
		return missing;
	}

}
