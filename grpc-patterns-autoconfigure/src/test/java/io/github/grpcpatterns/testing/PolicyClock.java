/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.bucket4j.TimeMeter;
import io.github.grpcpatterns.internal.concurrent.CallTimer;

/**
 * The time of every policy: of timers, tokens, caches and rates. It starts now and stands
 * still until the test moves it. Tasks that become due run on the thread that moves it.
 */
public class PolicyClock extends Clock implements CallTimer, Ticker, TimeMeter {

	private static final long START_NANOS = 1_000_000_000L;

	private final Executor callbacks = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "policy-clock-callback");
		thread.setDaemon(true);
		return thread;
	});

	private final List<Task> tasks = new ArrayList<>();

	private final Instant start = Instant.now();

	private long now = START_NANOS;

	@Override
	public synchronized long nanoTime() {
		return this.now;
	}

	@Override
	public long read() {
		return nanoTime();
	}

	@Override
	public long currentTimeNanos() {
		return nanoTime();
	}

	@Override
	public boolean isWallClockBased() {
		return false;
	}

	@Override
	public Instant instant() {
		return this.start.plusNanos(nanoTime() - START_NANOS);
	}

	@Override
	public ZoneId getZone() {
		return ZoneOffset.UTC;
	}

	@Override
	public Clock withZone(ZoneId zone) {
		throw new UnsupportedOperationException("no policy knows a zone");
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
		this.tasks.removeIf((other) -> other == task);
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
		remove(first);
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

	private record Task(Runnable run, long due, boolean listed) {
	}

}
