/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import org.jspecify.annotations.Nullable;

/**
 * Thread-bound state of a call, set while its code runs on a thread: the MDC, the
 * security context. Each belongs to one call, added with
 * {@link ServerCallGuard#enter(CallScope)}.
 *
 * @param <P> what was there before
 */
public abstract class CallScope<P extends @Nullable Object> {

	/** The next scope of the call, inside this one. */
	volatile @Nullable CallScope<?> next;

	/** What was on the thread of the callback before it. */
	private @Nullable P previous;

	/**
	 * Create it, without having entered.
	 */
	protected CallScope() {
	}

	/**
	 * Set the state on this thread. Must not throw.
	 * @return the previous state, for {@link #exit}
	 */
	public abstract P enter();

	/**
	 * Restore this thread's previous state. Must not throw.
	 * @param previous the result of {@link #enter()}
	 */
	public abstract void exit(P previous);

	/**
	 * Enter for a callback: one at a time.
	 */
	final void enterCallback() {
		this.previous = enter();
	}

	/**
	 * Leave the callback, inner scopes first.
	 */
	@SuppressWarnings("NullAway") // gets what it returned, null or not
	final void leaveCallback() {
		CallScope<?> next = this.next;
		if (next != null) {
			next.leaveCallback();
		}
		exit(this.previous);
		this.previous = null;
	}

	/**
	 * Run something in this scope and those inside it, on any thread.
	 */
	final void around(Runnable task) {
		P previous = enter();
		try {
			CallScope<?> next = this.next;
			if (next != null) {
				next.around(task);
			}
			else {
				task.run();
			}
		}
		finally {
			exit(previous);
		}
	}

}
