/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket with a fair queue of waiters, served by one timer.
 * <p>
 * If streams share it, a waiter receives its token. A stream with its own rate is only
 * notified that one is available, and takes it when a message is sent or received.
 */
final class Rate {

	private final CallTimer timer;

	private final boolean shared;

	private final Bucket bucket;

	private @Nullable Set<Runnable> waiters;

	private @Nullable Runnable cancel;

	Rate(RateLimit limit, CallTimer timer, TimeMeter meter) {
		this.timer = timer;
		this.shared = limit.shared();
		this.bucket = limit.bucket(meter);
	}

	boolean shared() {
		return this.shared;
	}

	private boolean nobodyWaits() {
		return this.waiters == null || this.waiters.isEmpty();
	}

	synchronized boolean tryTake() {
		return nobodyWaits() && this.bucket.tryConsume(1);
	}

	synchronized boolean available() {
		return nobodyWaits() && this.bucket.getAvailableTokens() > 0;
	}

	/**
	 * Wait for a token.
	 * @param waiter run on the timer's thread, once
	 */
	synchronized void await(Runnable waiter) {
		if (this.waiters == null) {
			this.waiters = new LinkedHashSet<>(4);
		}
		this.waiters.add(waiter);
		arm();
	}

	synchronized void forget(Runnable waiter) {
		if (this.waiters != null && this.waiters.remove(waiter) && this.waiters.isEmpty()) {
			disarm();
		}
	}

	/**
	 * Return a token that was given, and will not be spent.
	 */
	synchronized void giveBack() {
		this.bucket.addTokens(1);
		if (!nobodyWaits()) {
			disarm();
			arm();
		}
	}

	private void arm() {
		if (this.cancel == null) {
			this.cancel = this.timer.schedule(this::serve,
					this.bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill());
		}
	}

	private void disarm() {
		if (this.cancel != null) {
			this.cancel.run();
			this.cancel = null;
		}
	}

	private void serve() {
		synchronized (this) {
			this.cancel = null;
		}
		for (Runnable waiter = next(); waiter != null; waiter = next()) {
			waiter.run();
		}
	}

	/**
	 * Return who is next, if there is a token, else wait for one.
	 */
	private synchronized @Nullable Runnable next() {
		Set<Runnable> waiters = this.waiters;
		if (waiters == null || waiters.isEmpty()) {
			return null;
		}
		if (this.shared ? !this.bucket.tryConsume(1) : this.bucket.getAvailableTokens() == 0) {
			arm();
			return null;
		}
		Iterator<Runnable> first = waiters.iterator();
		Runnable waiter = first.next();
		first.remove();
		return waiter;
	}

}
