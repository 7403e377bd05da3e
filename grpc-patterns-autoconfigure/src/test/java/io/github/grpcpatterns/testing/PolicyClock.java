package io.github.grpcpatterns.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

import io.github.grpcpatterns.internal.concurrent.CallTimer;

/**
 * A timer whose time stands still until the test moves it. Tasks that become due run on
 * the thread that moves it.
 */
public final class PolicyClock implements CallTimer {

	private final Executor callbacks = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "policy-clock-callback");
		thread.setDaemon(true);
		return thread;
	});

	private final List<Task> tasks = new ArrayList<>();

	private long now = 1_000_000_000L;

	@Override
	public synchronized long nanoTime() {
		return this.now;
	}

	@Override
	public Runnable schedule(Runnable task, long delayNanos) {
		return schedule(task, delayNanos, true);
	}

	private synchronized Runnable schedule(Runnable task, long delayNanos, boolean listed) {
		long due = (delayNanos > Long.MAX_VALUE - this.now) ? Long.MAX_VALUE : this.now + Math.max(0, delayNanos);
		Task scheduled = new Task(task, due, listed);
		this.tasks.add(scheduled);
		return () -> remove(scheduled);
	}

	@Override
	public Runnable scheduleOrNow(Runnable task, long delayNanos) {
		return schedule(task, delayNanos);
	}

	private synchronized void remove(Task task) {
		this.tasks.remove(task);
	}

	@Override
	public Executor executor() {
		return this.callbacks;
	}

	/**
	 * Return this timer for tasks that have nothing to do with the policy under test, so
	 * that {@link #scheduled()} leaves them out.
	 */
	public CallTimer unlisted() {
		return new CallTimer() {

			@Override
			public long nanoTime() {
				return PolicyClock.this.nanoTime();
			}

			@Override
			public Runnable schedule(Runnable task, long delayNanos) {
				return PolicyClock.this.schedule(task, delayNanos, false);
			}

			@Override
			public Runnable scheduleOrNow(Runnable task, long delayNanos) {
				return schedule(task, delayNanos);
			}

			@Override
			public Executor executor() {
				return PolicyClock.this.executor();
			}

		};
	}

	/**
	 * Move the time, and run what becomes due in order.
	 */
	public void advance(Duration time) {
		long until;
		synchronized (this) {
			until = this.now + time.toNanos();
		}
		for (Task task = next(until); task != null; task = next(until)) {
			task.run.run();
		}
		synchronized (this) {
			this.now = until;
		}
	}

	private synchronized Task next(long until) {
		Task first = this.tasks.stream().min(Comparator.comparingLong(Task::due)).orElse(null);
		if (first == null || first.due > until) {
			return null;
		}
		this.now = Math.max(this.now, first.due);
		this.tasks.remove(first);
		return first;
	}

	/**
	 * Return the delays of what is scheduled, the nearest first.
	 */
	public synchronized List<Duration> scheduled() {
		return this.tasks.stream()
			.filter((task) -> task.listed)
			.map((task) -> Duration.ofNanos(task.due - this.now))
			.sorted()
			.toList();
	}

	private static final class Task {

		private final Runnable run;

		private final long due;

		private final boolean listed;

		Task(Runnable run, long due, boolean listed) {
			this.run = run;
			this.due = due;
			this.listed = listed;
		}

		long due() {
			return this.due;
		}

	}

}
