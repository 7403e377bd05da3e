/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.concurrent;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The {@link CallTimer} of an application: one daemon thread for the time, started when
 * first needed.
 */
public final class SharedCallTimer implements CallTimer, AutoCloseable {

	private static final long KEEP_ALIVE_SECONDS = 30;

	private final ScheduledThreadPoolExecutor timer;

	private final Executor executor;

	private final CoarseClock recently = new CoarseClock(this);

	/** Tasks that run when the timer closes. */
	private final Set<Once> kept = ConcurrentHashMap.newKeySet();

	private volatile boolean closed;

	/**
	 * Create a timer that hands over to daemon threads of its own, as many as are needed
	 * at the same time.
	 */
	public SharedCallTimer() {
		this(new ThreadPoolExecutor(0, Integer.MAX_VALUE, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS,
				new SynchronousQueue<>(), threads("grpc-patterns-call")));
	}

	/**
	 * Create a timer that hands over to an executor.
	 * @param executor an executor without a bound, which is not closed with the timer
	 */
	public SharedCallTimer(Executor executor) {
		this.executor = executor;
		this.timer = new ScheduledThreadPoolExecutor(1, threads("grpc-patterns-timer"));
		this.timer.setRemoveOnCancelPolicy(true);
		this.timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
	}

	private static ThreadFactory threads(String name) {
		AtomicInteger number = new AtomicInteger();
		return (task) -> {
			Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		};
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public long recently() {
		return this.closed ? nanoTime() : this.recently.nanoTime();
	}

	@Override
	public Runnable schedule(Runnable task, long delayNanos) {
		try {
			ScheduledFuture<?> scheduled = this.timer.schedule(() -> runUnlessClosed(task), delayNanos,
					TimeUnit.NANOSECONDS);
			return () -> scheduled.cancel(false);
		}
		catch (RejectedExecutionException ex) {
			return () -> {
			};
		}
	}

	@Override
	public Runnable scheduleOrNow(Runnable task, long delayNanos) {
		Once once = new Once(task);
		this.kept.add(once);
		Runnable forget = schedule(once, delayNanos);
		if (this.closed) { // perhaps before it was among those that are kept
			this.executor.execute(once);
		}
		return () -> {
			once.claim();
			forget.run();
		};
	}

	/**
	 * Tasks that are due when the executor shuts down are not removed from its queue.
	 */
	private void runUnlessClosed(Runnable task) {
		if (!this.closed) {
			run(task);
		}
	}

	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			CallLog.LOGGER.error("A timer's task failed", ex);
		}
	}

	@Override
	public Executor executor() {
		return this.executor;
	}

	/**
	 * Drop what is scheduled, but for the tasks that must not be lost: they run now. The
	 * executor goes on; its threads end when they have nothing to do.
	 */
	@Override
	public void close() {
		this.closed = true;
		this.timer.shutdown();
		this.kept.forEach(this.executor::execute);
		if (this.executor instanceof ThreadPoolExecutor threads) {
			threads.setKeepAliveTime(0, TimeUnit.SECONDS);
		}
	}

	/**
	 * A task that runs once, or never where its handle was run before.
	 */
	private final class Once implements Runnable {

		private final Runnable task;

		private final AtomicBoolean claimed = new AtomicBoolean();

		Once(Runnable task) {
			this.task = task;
		}

		boolean claim() {
			SharedCallTimer.this.kept.remove(this);
			return this.claimed.compareAndSet(false, true);
		}

		@Override
		public void run() {
			if (claim()) {
				SharedCallTimer.run(this.task);
			}
		}

	}

	/**
	 * Created on first use.
	 */
	static final class Standalone {

		static final CallTimer TIMER = new SharedCallTimer();

		private Standalone() {
		}

	}

}
