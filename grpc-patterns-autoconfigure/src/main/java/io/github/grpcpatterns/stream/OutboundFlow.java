package io.github.grpcpatterns.stream;

import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import org.jspecify.annotations.Nullable;

/**
 * Lets messages out no faster than a rate allows. Used within the guard only, but
 * {@link #ready()}.
 */
final class OutboundFlow {

	private final Rate rate;

	private final @Nullable IdleTimer idle;

	private final CallTimer timer;

	private final ServerCallGuard guard;

	private final Runnable changed;

	private final Runnable granted = this::granted;

	/** A token was asked for. */
	private volatile boolean awaiting;

	/** A token of the shared rate is ours, and not spent. */
	private volatile boolean held;

	private boolean over;

	/**
	 * Create it.
	 * @param changed run within the guard when there is a token
	 */
	OutboundFlow(Rate rate, @Nullable IdleTimer idle, CallTimer timer, ServerCallGuard guard, Runnable changed) {
		this.rate = rate;
		this.idle = idle;
		this.timer = timer;
		this.guard = guard;
		this.changed = changed;
	}

	/**
	 * Return whether there is a token. Asked on any thread.
	 */
	boolean ready() {
		return this.held || this.rate.available();
	}

	boolean awaiting() {
		return this.awaiting;
	}

	boolean take() {
		if (this.held) {
			this.held = false;
			return true;
		}
		return !this.awaiting && this.rate.tryTake();
	}

	void await() {
		if (!this.awaiting && !this.held && !this.over) {
			this.awaiting = true;
			if (this.idle != null) {
				this.idle.hold();
			}
			this.rate.await(this.granted);
		}
	}

	/**
	 * On the timer's thread, which has no time to send.
	 */
	private void granted() {
		this.timer.callbacks().execute(() -> this.guard.send(this::arrived));
	}

	private void arrived() {
		this.awaiting = false;
		this.held = this.rate.shared();
		if (this.idle != null) {
			this.idle.release();
		}
		if (this.over) {
			giveBack();
		}
		else {
			this.changed.run();
		}
	}

	/**
	 * No message goes out any more: a token that was meant for one is for another stream.
	 */
	void over() {
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
