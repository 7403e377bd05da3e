/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.backoff;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.concurrent.SharedCallTimer;
import io.github.grpcpatterns.testing.CapturedLog;
import io.grpc.CallOptions;
import io.grpc.Context;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ClientCallOrigin}.
 */
class ClientCallOriginTests {

	private static final Executor REJECTING = (task) -> {
		throw new RejectedExecutionException("closed");
	};

	private static final Executor OUT_OF_THREADS = (task) -> {
		throw new OutOfMemoryError("unable to create native thread");
	};

	private final SharedCallTimer timer = new SharedCallTimer();

	private final AtomicInteger runs = new AtomicInteger();

	@AfterEach
	void close() {
		this.timer.close();
	}

	private static ClientCallOrigin origin(Executor executor) {
		return new ClientCallOrigin(CallOptions.DEFAULT.withExecutor(executor));
	}

	@Test
	void aTaskRunsOnTheExecutorOfTheCallInTheContextOfTheCall() {
		Context.Key<String> key = Context.key("caller");
		Queue<Runnable> tasks = new ArrayDeque<>();
		CompletableFuture<String> seen = new CompletableFuture<>();
		Context.current().withValue(key, "alice").run(() -> {
			ClientCallOrigin origin = origin(tasks::add);
			Context.ROOT.run(() -> origin.handOver(() -> seen.complete(key.get()), this.timer));
		});
		assertThat(seen).isNotDone();
		tasks.remove().run();
		assertThat(seen).isCompletedWithValue("alice");
	}

	@Test
	void withoutAnExecutorATaskRunsOnTheTimersExecutor() throws Exception {
		CompletableFuture<Thread> thread = new CompletableFuture<>();
		new ClientCallOrigin(CallOptions.DEFAULT).handOver(() -> thread.complete(Thread.currentThread()), this.timer);
		assertThat(thread.get(10, TimeUnit.SECONDS).getName()).startsWith("grpc-patterns-call");
	}

	@Test
	void whenTheExecutorIsClosedThenTheTimersExecutorRunsTheTask() throws Exception {
		for (Executor executor : new Executor[] { REJECTING, OUT_OF_THREADS }) {
			CompletableFuture<Thread> thread = new CompletableFuture<>();
			origin(executor).handOver(() -> thread.complete(Thread.currentThread()), this.timer);
			assertThat(thread.get(10, TimeUnit.SECONDS).getName()).startsWith("grpc-patterns-call");
		}
	}

	@Test
	void whenNoExecutorTakesTheTaskThenItRunsAtOnce() {
		try (SharedCallTimer exhausted = new SharedCallTimer(OUT_OF_THREADS)) {
			origin(REJECTING).handOver(this.runs::incrementAndGet, exhausted);
			assertThat(this.runs).hasValue(1);
			origin(REJECTING).runAway(this.runs::incrementAndGet, exhausted);
			assertThat(this.runs).hasValue(2);
		}
	}

	@Test
	void whenATaskThrowsThenItDoesNotRunASecondTimeElsewhere() {
		try (CapturedLog log = new CapturedLog("grpc.patterns.call")) {
			origin(Runnable::run).handOver(() -> {
				this.runs.incrementAndGet();
				throw new RejectedExecutionException("of the caller's own");
			}, this.timer);
			assertThat(log.events()).singleElement()
				.satisfies(
						(event) -> assertThat(event.getThrowableProxy().getMessage()).isEqualTo("of the caller's own"));
		}
		assertThat(this.runs).hasValue(1);
	}

	@Test
	void whenAnExecutorTakesTheTaskAndThrowsThenTheTaskRunsOnce() {
		Queue<Runnable> tasks = new ArrayDeque<>();
		origin((task) -> {
			tasks.add(task);
			throw new IllegalStateException("full, or so it says");
		}).handOver(this.runs::incrementAndGet, this.timer);
		await().until(() -> this.runs.get() == 1);
		tasks.remove().run();
		assertThat(this.runs).hasValue(1);
	}

	@Test
	void whatRunsAwayLeavesTheThreadOfTheTimer() throws Exception {
		CompletableFuture<Thread> thread = new CompletableFuture<>();
		ClientCallOrigin origin = origin(Runnable::run);
		CallTimer timer = this.timer;
		timer.schedule(() -> origin.runAway(() -> thread.complete(Thread.currentThread()), timer), 0);
		assertThat(thread.get(10, TimeUnit.SECONDS).getName()).startsWith("grpc-patterns-call");
	}

}
