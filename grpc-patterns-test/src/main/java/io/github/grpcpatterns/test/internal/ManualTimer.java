/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test.internal;

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

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import org.jspecify.annotations.Nullable;

/**
 * The timer of all patterns, moved by hand. Tasks that become due run on the thread that
 * moves it.
 */
public final class ManualTimer extends Clock implements CallTimer, AutoCloseable {

	private static final long START_NANOS = 1_000_000_000L;

	private static final Duration TICK = Duration.ofMillis(10);

	private final Executor callbacks = Executors.newCachedThreadPool((task) -> daemon(task, "policy-clock-callback"));

	private final List<Task> tasks = new ArrayList<>();

	private final Instant start = Instant.now();

	private long now = START_NANOS;

	private @Nullable Thread runner;

	private static Thread daemon(Runnable task, String name) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		return thread;
	}

	@Override
	public synchronized long nanoTime() {
		return this.now;
	}

	@Override
	public Clock clock() {
		return this;
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
	public synchronized Runnable schedule(Runnable task, long delayNanos) {
		long due = (delayNanos > Long.MAX_VALUE - this.now) ? Long.MAX_VALUE : this.now + Math.max(0, delayNanos);
		Task scheduled = new Task(task, due);
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
	 * Move the time, and run what becomes due in order.
	 * @param time how far
	 */
	public void advance(Duration time) {
		if (time.isNegative()) {
			throw new IllegalArgumentException("the time cannot go back by " + time.negated());
		}
		long until;
		synchronized (this) {
			until = this.now + time.toNanos();
		}
		for (Task task = next(until); task != null; task = next(until)) {
			task.run.run();
		}
		synchronized (this) {
			this.now = Math.max(this.now, until);
		}
	}

	private synchronized @Nullable Task next(long until) {
		Task first = this.tasks.stream().min(Comparator.comparingLong(Task::due)).orElse(null);
		if (first == null || first.due > until) {
			return null;
		}
		this.now = Math.max(this.now, first.due);
		remove(first);
		return first;
	}

	/**
	 * Go on by itself from now on, with real time.
	 */
	public synchronized void run() {
		if (this.runner == null) {
			this.runner = daemon(this::tick, "policy-clock");
			this.runner.start();
		}
	}

	private void tick() {
		try {
			for (long last = System.nanoTime();;) {
				Thread.sleep(TICK.toMillis());
				long present = System.nanoTime();
				advance(Duration.ofNanos(present - last));
				last = present;
			}
		}
		catch (InterruptedException ex) {
			return; // closed
		}
	}

	@Override
	public synchronized void close() {
		if (this.runner != null) {
			this.runner.interrupt();
		}
	}

	private record Task(Runnable run, long due) {
	}

}
