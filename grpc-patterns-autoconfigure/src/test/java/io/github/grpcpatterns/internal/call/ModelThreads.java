/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.ArrayList;
import java.util.List;

import io.grpc.Context;

/**
 * The threads of a model. What is handed over to an executor runs on whichever of them
 * comes first, so that their number stays small: Lincheck tries each order of few threads
 * sooner than of many.
 */
final class ModelThreads {

	private final List<Thread> started = new ArrayList<>();

	private final List<Runnable> tasks = new ArrayList<>();

	private final List<String> faults = new ArrayList<>();

	/**
	 * Start a thread that runs an action, and then what has been handed over.
	 */
	void start(Runnable action) {
		Thread thread = new Thread(() -> {
			run(action);
			work();
		});
		this.started.add(thread);
		thread.start();
	}

	/**
	 * Start a thread that runs what has been handed over by then.
	 */
	void startWorker() {
		start(() -> {
		});
	}

	/**
	 * Hand a task over.
	 */
	synchronized void execute(Runnable task) {
		this.tasks.add(task);
	}

	/**
	 * Run what has been handed over.
	 */
	void work() {
		for (Runnable task = next(); task != null; task = next()) {
			run(task);
		}
	}

	private synchronized Runnable next() {
		return this.tasks.isEmpty() ? null : this.tasks.remove(0);
	}

	private void run(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			fault("a thread met " + ex);
		}
		if (Context.current() != Context.ROOT) {
			fault("a context stays on its thread");
		}
	}

	void join() {
		try {
			for (Thread thread : this.started) {
				thread.join();
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Note a fault, which the test reports when all threads have ended.
	 */
	synchronized void fault(String text) {
		this.faults.add(text);
	}

	synchronized List<String> faults() {
		return this.faults;
	}

}
