package io.github.grpcpatterns.stream;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import org.jspecify.annotations.Nullable;

/**
 * Looks from time to time whether the transport is ready again. Its own callback may not
 * get through: a handler that keeps its thread keeps the callbacks waiting.
 */
final class ReadyWatch {

	private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final CallTimer timer;

	private final BooleanSupplier stuck;

	private final Runnable changed;

	private boolean on;

	private long delayNanos;

	/** Guarded by this object, as what follows: the timer's thread sets the timer too. */
	private boolean over;

	private @Nullable Runnable cancel;

	private boolean arming;

	/**
	 * Create it.
	 * @param stuck asked on the timer's thread: whether messages still wait for the
	 * transport
	 * @param changed run on the timer's thread when they do not; ends with {@link #off()}
	 */
	ReadyWatch(CallTimer timer, BooleanSupplier stuck, Runnable changed) {
		this.timer = timer;
		this.stuck = stuck;
		this.changed = changed;
	}

	/**
	 * Begin, where it has not. Within the guard, as {@link #off()}.
	 */
	void on() {
		if (!this.on) {
			this.on = true;
			this.delayNanos = FIRST_NANOS;
			schedule();
		}
	}

	void off() {
		this.on = false;
	}

	/**
	 * There is nothing to look for any more.
	 */
	synchronized void over() {
		this.over = true;
		if (this.cancel != null) {
			this.cancel.run();
			this.cancel = null;
		}
	}

	private synchronized void schedule() {
		if (!this.over) {
			this.arming = true;
			this.cancel = this.timer.schedule(this::look, this.delayNanos);
			this.arming = false;
		}
	}

	private void look() {
		synchronized (this) {
			if (this.arming || this.over) {
				return; // a timer that is closed runs its tasks at once
			}
		}
		if (this.stuck.getAsBoolean()) {
			this.delayNanos = Math.min(2 * this.delayNanos, LAST_NANOS);
			schedule();
		}
		else {
			this.changed.run();
		}
	}

}
