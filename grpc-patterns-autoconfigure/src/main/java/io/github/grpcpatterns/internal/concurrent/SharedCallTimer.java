package io.github.grpcpatterns.internal.concurrent;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The {@link CallTimer} of an application: one daemon thread for the time, and a few for
 * callbacks, all of them started when first needed.
 */
public final class SharedCallTimer implements CallTimer, AutoCloseable {

	private final ScheduledThreadPoolExecutor timer;

	private final ThreadPoolExecutor callbacks;

	private final CoarseClock recently = new CoarseClock(this);

	/**
	 * Create it, without threads until the first task.
	 */
	public SharedCallTimer() {
		this.timer = new ScheduledThreadPoolExecutor(1, threads("grpc-patterns-timer"));
		this.timer.setRemoveOnCancelPolicy(true);
		int size = Math.max(2, Runtime.getRuntime().availableProcessors());
		// A task is refused only once the pool is closed.
		this.callbacks = new ThreadPoolExecutor(size, size, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
				threads("grpc-patterns-callback"), (task, pool) -> task.run());
		this.callbacks.allowCoreThreadTimeOut(true);
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
		return this.recently.nanoTime();
	}

	@Override
	public Runnable schedule(Runnable task, long delayNanos) {
		try {
			ScheduledFuture<?> scheduled = this.timer.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
			return () -> scheduled.cancel(false);
		}
		catch (RejectedExecutionException ex) {
			run(task); // it is closed, nothing is waited for: a call that waits must end
			return () -> {
			};
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
	public Executor callbacks() {
		return this.callbacks;
	}

	/**
	 * Take no more to wait for. What is scheduled and what was handed over still runs;
	 * the threads end after the last of it.
	 */
	@Override
	public void close() {
		this.timer.shutdown();
		this.callbacks.shutdown();
	}

	/**
	 * Made when somebody asks for it.
	 */
	static final class Standalone {

		static final CallTimer TIMER = new SharedCallTimer();

		private Standalone() {
		}

	}

}
