/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.backoff;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * The origin of an outbound call that may take several attempts: the {@link Context} in
 * which it was made, its deadline, and the executor of its callbacks. A timer's thread
 * has none of these.
 */
public final class ClientCallOrigin {

	private final Context context = Context.current();

	private final CallOptions callOptions;

	/**
	 * Create it on the thread that makes the call.
	 * @param callOptions the options of the call
	 */
	public ClientCallOrigin(CallOptions callOptions) {
		this.callOptions = callOptions;
	}

	/**
	 * Return the context in which the call was made.
	 * @return the context
	 */
	public Context context() {
		return this.context;
	}

	/**
	 * Return whether the deadline, of the options or of the context, leaves room for a
	 * wait.
	 * @param millis the wait
	 * @return whether there is time left behind it
	 */
	public boolean roomFor(long millis) {
		long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
		return remains(this.callOptions.getDeadline(), nanos) && remains(this.context.getDeadline(), nanos);
	}

	private static boolean remains(@Nullable Deadline deadline, long nanos) {
		return deadline == null || deadline.timeRemaining(TimeUnit.NANOSECONDS) > nanos;
	}

	/**
	 * Run something where the callbacks of the call run, in its context: a blocking stub
	 * waits there, and notices nothing that happens elsewhere. Where the call has no
	 * executor of its own, or that one refuses the task, the timer's executor runs it.
	 * @param task the task, run once; an exception from it is logged
	 * @param timer the timer
	 */
	public void handOver(Runnable task, CallTimer timer) {
		Once once = new Once(this.context.wrap(task));
		Executor own = this.callOptions.getExecutor();
		if ((own == null || !once.runOn(own)) && !once.runOn(timer.executor())) {
			once.run(); // the end of a call must not be lost
		}
	}

	/**
	 * Run something on the timer's executor, in the context of the call: from a timer's
	 * thread, for what must not wait for the executor of the call.
	 * @param task the task, run once; an exception from it is logged
	 * @param timer the timer
	 */
	public void runAway(Runnable task, CallTimer timer) {
		Once once = new Once(this.context.wrap(task));
		if (!once.runOn(timer.executor())) {
			once.run();
		}
	}

	/**
	 * Make a pause between two attempts, which does not begin yet. When it is over, one
	 * of the two callbacks runs where the callbacks of the call do.
	 * @param timer the timer to wait with
	 * @param goOn runs when the time has passed
	 * @param end ends the call instead: the pause or the context was cancelled, or the
	 * timer closed before the time had passed
	 * @return the pause
	 */
	public Pause pause(CallTimer timer, Runnable goOn, BiConsumer<Status, Metadata> end) {
		return new Pause(this, timer, goOn, end);
	}

	/**
	 * A task that runs once, however often it is handed to an executor that may or may
	 * not have taken it.
	 */
	private static final class Once implements Runnable {

		private final Runnable task;

		private final AtomicBoolean begun = new AtomicBoolean();

		Once(Runnable task) {
			this.task = task;
		}

		/**
		 * Return whether an executor took the task.
		 */
		boolean runOn(Executor executor) {
			try {
				executor.execute(this);
				return true;
			}
			catch (Throwable ex) { // closed, full, or out of threads
				CallLog.LOGGER.debug("An executor rejected a task of a call", ex);
				return false;
			}
		}

		@Override
		public void run() {
			if (!this.begun.compareAndSet(false, true)) {
				return;
			}
			try {
				this.task.run();
			}
			catch (Throwable ex) {
				CallLog.LOGGER.error("A callback of a call failed", ex);
			}
		}

	}

}
