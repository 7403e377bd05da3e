/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Admits one thread at a time, without a lock: a thread that finds it free enters, and
 * one that finds it busy signals the thread inside, which handles the signal before it
 * leaves.
 * <p>
 * {@code pending} counts the thread inside and each signal since. A thread leaves only
 * when no signal arrived after its last check: the work that a thread prepares before it
 * signals is handled before any later work of that thread.
 */
public abstract class Turns {

	private static final VarHandle PENDING;

	static {
		try {
			PENDING = MethodHandles.lookup().findVarHandle(Turns.class, "pending", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	@SuppressWarnings("unused") // through PENDING
	private volatile int pending;

	/**
	 * Create it, with no thread inside.
	 */
	protected Turns() {
	}

	/**
	 * Enter if no thread is inside. After {@code true}, the caller must call
	 * {@link #exit()} in any case.
	 * @return whether the caller is inside now
	 */
	public final boolean tryEnter() {
		return PENDING.compareAndSet(this, 0, 1);
	}

	/**
	 * Leave, after having attended to the words that were left meanwhile.
	 */
	public final void exit() {
		if (!PENDING.compareAndSet(this, 1, 0)) {
			attendAll();
		}
	}

	/**
	 * Signal work: handle it now if no thread is inside, else the thread inside does
	 * before it leaves.
	 */
	protected final void leaveWord() {
		if ((int) PENDING.getAndAdd(this, 1) == 0) {
			attendAll();
		}
	}

	private void attendAll() {
		int counted = this.pending;
		do {
			try {
				attend();
			}
			catch (Throwable ex) {
				CallLog.LOGGER.error("A task of a call failed", ex);
			}
			counted = (int) PENDING.getAndAdd(this, -counted) - counted;
		}
		while (counted != 0);
	}

	/**
	 * Do everything that there is to do, inside.
	 */
	protected abstract void attend();

}
