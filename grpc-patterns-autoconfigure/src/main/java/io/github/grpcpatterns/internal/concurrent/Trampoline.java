package io.github.grpcpatterns.internal.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.jspecify.annotations.Nullable;

/**
 * Runs one thing at a time without a lock: whoever comes while it is free runs inline,
 * whoever comes while it is busy leaves a task, and the present runner runs it before it
 * leaves.
 * <p>
 * {@code pending} counts the entry under way and the tasks that were left since. A runner
 * leaves only when the queue is empty and nothing more was counted: what a thread has
 * left runs before anything that it does next. Tasks run in the order in which they were
 * left.
 */
public final class Trampoline {

	private static final VarHandle PENDING;

	private static final VarHandle TASKS;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			PENDING = lookup.findVarHandle(Trampoline.class, "pending", int.class);
			TASKS = lookup.findVarHandle(Trampoline.class, "tasks", Queue.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	@SuppressWarnings("unused") // through PENDING
	private volatile int pending;

	private volatile @Nullable Queue<Runnable> tasks;

	/**
	 * Enter if nobody is inside. Who gets {@code true} must call {@link #exit()},
	 * whatever happens inside.
	 * @return whether the caller is inside now
	 */
	public boolean tryEnter() {
		return PENDING.compareAndSet(this, 0, 1);
	}

	/**
	 * Leave, after having run what was left meanwhile.
	 */
	public void exit() {
		if (!PENDING.compareAndSet(this, 1, 0)) {
			runWaiting();
		}
	}

	/**
	 * Run a task now, or leave it for the runner who is inside.
	 * @param task the task; should not throw, for nobody could be told
	 */
	public void execute(Runnable task) {
		if (tryEnter()) {
			run(task);
			exit();
			return;
		}
		tasks().add(task);
		if ((int) PENDING.getAndAdd(this, 1) == 0) {
			runWaiting();
		}
	}

	/**
	 * Return whether a task was left that has not begun. From any thread.
	 * @return whether something waits
	 */
	public boolean hasWaiting() {
		Queue<Runnable> tasks = this.tasks;
		return tasks != null && !tasks.isEmpty();
	}

	private void runWaiting() {
		Queue<Runnable> tasks = tasks();
		int counted = this.pending;
		do {
			for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
				run(task);
			}
			counted = (int) PENDING.getAndAdd(this, -counted) - counted;
		}
		while (counted != 0);
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
