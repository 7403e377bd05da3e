/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

import io.github.grpcpatterns.internal.concurrent.CallTimer;

/**
 * A timer for the model of a call: its time moves when an action moves it, and each task
 * that is handed over runs on a thread of its own.
 */
final class ModelTimer implements CallTimer {

	private final ModelThreads threads;

	private final List<Task> tasks = new ArrayList<>();

	private volatile long now = 1_000_000_000L;

	ModelTimer(ModelThreads threads) {
		this.threads = threads;
	}

	@Override
	public long nanoTime() {
		return this.now;
	}

	@Override
	public synchronized Runnable schedule(Runnable task, long delayNanos) {
		Task scheduled = new Task(task, this.now + Math.max(0, delayNanos));
		this.tasks.add(scheduled);
		return () -> forget(scheduled);
	}

	@Override
	public Runnable scheduleOrNow(Runnable task, long delayNanos) {
		return schedule(task, delayNanos);
	}

	private synchronized void forget(Task task) {
		for (int i = 0; i < this.tasks.size(); i++) {
			if (this.tasks.get(i) == task) {
				this.tasks.remove(i);
				return;
			}
		}
	}

	@Override
	public Executor executor() {
		return this.threads::execute;
	}

	/**
	 * Move the time, and run what becomes due in order.
	 */
	void advance(long nanos) {
		long until = this.now + nanos;
		for (Task task = next(until); task != null; task = next(until)) {
			task.run.run();
		}
		this.now = until;
	}

	private synchronized Task next(long until) {
		Task first = null;
		for (Task task : this.tasks) {
			if (task.due <= until && (first == null || task.due < first.due)) {
				first = task;
			}
		}
		if (first != null) {
			forget(first);
			this.now = Math.max(this.now, first.due);
		}
		return first;
	}

	synchronized boolean idle() {
		return this.tasks.isEmpty();
	}

	private static final class Task {

		private final Runnable run;

		private final long due;

		Task(Runnable run, long due) {
			this.run = run;
			this.due = due;
		}

	}

}
