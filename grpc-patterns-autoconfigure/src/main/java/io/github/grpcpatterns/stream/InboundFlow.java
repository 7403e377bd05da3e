/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * Requests messages from the transport one at a time, no faster than a rate allows.
 * <p>
 * No thread waits. The timer notifies a stream without a token when one is available.
 */
final class InboundFlow {

	private final Rate rate;

	private final @Nullable IdleTimer idle;

	private final Runnable ask;

	private final Executor executor;

	private final Runnable granted = this::granted;

	/**
	 * The messages that the handler requested and that were not requested from the
	 * transport yet.
	 */
	private long demand;

	/** The transport was asked for a message that has not come yet. */
	private boolean asked;

	private boolean waiting;

	private boolean over;

	/**
	 * Create it.
	 * @param ask asks the transport for a message, past the interceptors further out
	 * @param executor where to ask when a token has come, which the timer tells
	 */
	InboundFlow(Rate rate, @Nullable IdleTimer idle, Runnable ask, Executor executor) {
		this.executor = executor;
		this.rate = rate;
		this.idle = idle;
		this.ask = ask;
	}

	/**
	 * The handler asks for messages, on any thread.
	 */
	void request(int messages) {
		synchronized (this) {
			this.demand += messages;
		}
		next();
	}

	/**
	 * A message came.
	 */
	void arrived() {
		if (!this.rate.shared()) {
			this.rate.tryTake();
		}
		synchronized (this) {
			this.asked = false;
		}
		next();
	}

	private void next() {
		synchronized (this) {
			if (this.demand == 0 || this.asked || this.waiting || this.over) {
				return;
			}
			if (!(this.rate.shared() ? this.rate.tryTake() : this.rate.available())) {
				this.waiting = true;
				if (this.idle != null) {
					this.idle.hold();
				}
				this.rate.await(this.granted);
				return;
			}
			this.demand--;
			this.asked = true;
		}
		this.ask.run();
	}

	private void granted() {
		synchronized (this) {
			if (this.over) {
				giveBack();
				return;
			}
			this.demand--;
			this.asked = true;
			stopWaiting();
		}
		this.executor.execute(this.ask);
	}

	/**
	 * No message comes any more: a token that was meant for one is for another stream.
	 */
	synchronized void over() {
		if (this.over) {
			return;
		}
		this.over = true;
		if (this.waiting) {
			this.rate.forget(this.granted);
			stopWaiting();
		}
		if (this.asked) {
			giveBack();
		}
	}

	private void stopWaiting() {
		this.waiting = false;
		if (this.idle != null) {
			this.idle.release();
		}
	}

	private void giveBack() {
		if (this.rate.shared()) {
			this.rate.giveBack();
		}
	}

}
