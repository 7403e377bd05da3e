/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.jspecify.annotations.Nullable;

/**
 * Runs one task at a time without a lock: a task runs inline if none is running, and is
 * queued for the running thread otherwise. Tasks run in the order in which they were
 * added.
 */
public class Trampoline extends Turns {

	private static final VarHandle TASKS;

	static {
		try {
			TASKS = MethodHandles.lookup().findVarHandle(Trampoline.class, "tasks", Queue.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private volatile @Nullable Queue<Runnable> tasks;

	/**
	 * Create it, with nothing to run.
	 */
	public Trampoline() {
	}

	/**
	 * Run a task now, or leave it to the thread inside.
	 * @param task the task; should not throw, because its exception is only logged
	 */
	public final void execute(Runnable task) {
		if (tryEnter()) {
			run(task);
			exit();
			return;
		}
		tasks().add(task);
		leaveWord();
	}

	@Override
	protected final void attend() {
		Queue<Runnable> tasks = tasks();
		for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
			run(task);
		}
	}

	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			CallLog.LOGGER.error("A task of a call failed", ex);
		}
	}

	private Queue<Runnable> tasks() {
		Queue<Runnable> present = this.tasks;
		if (present != null) {
			return present;
		}
		Queue<Runnable> fresh = new ConcurrentLinkedQueue<>();
		return TASKS.compareAndSet(this, null, fresh) ? fresh : tasks();
	}

}
