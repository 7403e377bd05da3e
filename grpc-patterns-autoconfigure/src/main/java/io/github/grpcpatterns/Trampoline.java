package io.github.grpcpatterns;

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
 * {@code pending} counts the entry under way and the tasks that wait. Tasks run in the
 * order in which they were left. They must not throw.
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
	 * Enter if nobody is inside. Who gets {@code true} must call {@link #exit()}.
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
	 * @param task the task
	 */
	public void execute(Runnable task) {
		tasks().add(task);
		if ((int) PENDING.getAndAdd(this, 1) == 0) {
			next().run();
			runWaiting();
		}
	}

	private void runWaiting() {
		while ((int) PENDING.getAndAdd(this, -1) != 1) {
			next().run();
		}
	}

	/**
	 * A task is added before it is counted, so what was counted is there.
	 */
	private Runnable next() {
		Runnable task = tasks().poll();
		if (task == null) {
			throw new IllegalStateException("counted a task that nobody left");
		}
		return task;
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
