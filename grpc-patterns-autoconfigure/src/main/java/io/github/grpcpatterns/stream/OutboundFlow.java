/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import org.jspecify.annotations.Nullable;

/**
 * Limits the rate of outbound messages. A waiting stream receives its token if streams
 * share the rate; a stream with its own rate is only notified that one is available.
 */
final class OutboundFlow {

	private final Rate rate;

	private final @Nullable IdleTimer idle;

	private final Runnable changed;

	private final Runnable granted = this::granted;

	// guarded by this

	/** A token was asked for. */
	private boolean awaiting;

	/** A token of the shared rate is ours, and not spent. */
	private boolean held;

	private boolean over;

	/**
	 * Create it.
	 * @param changed run on the timer's thread when there is a token: must hand over
	 */
	OutboundFlow(Rate rate, @Nullable IdleTimer idle, Runnable changed) {
		this.rate = rate;
		this.idle = idle;
		this.changed = changed;
	}

	/**
	 * Return whether there is a token. From any thread.
	 */
	synchronized boolean ready() {
		return this.held || (!this.awaiting && this.rate.available());
	}

	/**
	 * Take a token, or see to it that word is left when there is one.
	 * @return whether a message may go
	 */
	synchronized boolean take() {
		if (this.held) {
			this.held = false;
			return true;
		}
		if (!this.awaiting && this.rate.tryTake()) {
			return true;
		}
		await();
		return false;
	}

	synchronized void await() {
		if (!this.awaiting && !this.held && !this.over) {
			this.awaiting = true;
			if (this.idle != null) {
				this.idle.hold();
			}
			this.rate.await(this.granted);
		}
	}

	private void granted() {
		synchronized (this) {
			this.awaiting = false;
			this.held = this.rate.shared();
			if (this.idle != null) {
				this.idle.release();
			}
			if (this.over) {
				giveBack();
				return;
			}
		}
		this.changed.run();
	}

	/**
	 * No message goes out any more: a token that was meant for one is for another stream.
	 */
	synchronized void over() {
		this.over = true;
		this.rate.forget(this.granted);
		giveBack();
	}

	private void giveBack() {
		if (this.held) {
			this.held = false;
			this.rate.giveBack();
		}
	}

}
