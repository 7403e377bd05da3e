/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.backoff;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.concurrent.SharedCallTimer;
import io.github.grpcpatterns.testing.PolicyClock;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Pause}.
 */
class PauseTests {

	private static final Status LAST = Status.UNAVAILABLE.withDescription("of the last attempt");

	private final Metadata trailers = new Metadata();

	private final PolicyClock timer = new PolicyClock();

	private final Context.CancellableContext context = Context.current().withCancellation();

	/** What came after the pauses, with the thread it came on. */
	private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();

	private Pause pause(CallTimer timer, Executor executor) {
		Context previous = this.context.attach();
		try {
			return new ClientCallOrigin(CallOptions.DEFAULT.withExecutor(executor)).pause(timer,
					() -> this.outcomes.add(new Outcome(null, null, Thread.currentThread())),
					(status, trailers) -> this.outcomes.add(new Outcome(status, trailers, Thread.currentThread())));
		}
		finally {
			this.context.detach(previous);
		}
	}

	private Outcome outcome() throws Exception {
		Outcome outcome = this.outcomes.poll(10, TimeUnit.SECONDS);
		assertThat(outcome).isNotNull();
		return outcome;
	}

	@Test
	void whenTheTimeIsOverThenTheCallGoesOnElsewhereThanOnTheTimersThread() throws Exception {
		Pause pause = pause(this.timer, Runnable::run);
		pause.begin(100, LAST, this.trailers);
		this.timer.advance(Duration.ofMillis(99));
		assertThat(this.outcomes).isEmpty();
		this.timer.advance(Duration.ofMillis(1));
		Outcome outcome = outcome();
		assertThat(outcome.status).isNull();
		assertThat(outcome.thread).isNotSameAs(Thread.currentThread());
		pause.cancel(Status.CANCELLED);
		this.context.cancel(null);
		assertThat(this.outcomes).isEmpty();
	}

	@Test
	void whenItIsCancelledThenTheCallEndsWithThatStatus() throws Exception {
		Pause pause = pause(this.timer, Runnable::run);
		pause.begin(100, LAST, this.trailers);
		pause.cancel(Status.CANCELLED.withDescription("enough"));
		assertThat(outcome().status.getDescription()).isEqualTo("enough");
		assertThat(this.timer.scheduled()).isEmpty();
		this.timer.advance(Duration.ofSeconds(1));
		assertThat(this.outcomes).isEmpty();
	}

	@Test
	void whenItIsCancelledBeforeItBeginsThenNothingIsScheduled() throws Exception {
		Pause pause = pause(this.timer, Runnable::run);
		pause.cancel(Status.CANCELLED);
		pause.begin(100, LAST, this.trailers);
		assertThat(outcome().status.getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(this.timer.scheduled()).isEmpty();
	}

	@Test
	void whenTheContextIsCancelledThenTheCallEndsElsewhereThanOnTheThreadThatCancels() throws Exception {
		pause(this.timer, Runnable::run).begin(100, LAST, this.trailers);
		this.context.cancel(Status.DEADLINE_EXCEEDED.asException());
		Outcome outcome = outcome();
		assertThat(outcome.status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(outcome.thread).isNotSameAs(Thread.currentThread());
		assertThat(this.timer.scheduled()).isEmpty();
	}

	@Test
	void whenItIsAbandonedThenNothingFollows() {
		Pause pause = pause(this.timer, Runnable::run);
		pause.begin(100, LAST, this.trailers);
		pause.abandon();
		assertThat(this.timer.scheduled()).isEmpty();
		pause.cancel(Status.CANCELLED);
		assertThat(this.outcomes).isEmpty();
	}

	@Test
	void whenTheApplicationClosesThenTheCallEndsAtOnceAsItsLastAttemptDid() throws Exception {
		SharedCallTimer closing = new SharedCallTimer();
		pause(closing, Runnable::run).begin(3_600_000, LAST, this.trailers);
		closing.close();
		Outcome outcome = outcome();
		assertThat(outcome.status).isSameAs(LAST);
		assertThat(outcome.trailers).isSameAs(this.trailers);
	}

	@Test
	void whenTheApplicationHasClosedThenTheCallEndsAtOnceAsItsLastAttemptDid() throws Exception {
		SharedCallTimer closed = new SharedCallTimer();
		closed.close();
		pause(closed, Runnable::run).begin(3_600_000, LAST, this.trailers);
		assertThat(outcome().status).isSameAs(LAST);
	}

	@Test
	void whenNothingCanBeScheduledThenTheCallEndsAsItsLastAttemptDid() throws Exception {
		pause(new BrokenTimer(), Runnable::run).begin(100, LAST, this.trailers);
		assertThat(outcome().status).isSameAs(LAST);
	}

	@Test
	void whateverEndsItFirstOneThingFollows() {
		int times = 2000;
		List<SharedCallTimer> timers = new ArrayList<>();
		for (int i = 0; i < times / 100; i++) {
			SharedCallTimer timer = new SharedCallTimer();
			timers.add(timer);
			for (int j = 0; j < 100; j++) {
				Pause pause = pause(timer, Runnable::run);
				timer.executor().execute(() -> {
					LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(2_000_000));
					pause.cancel(Status.CANCELLED);
				});
				timer.executor()
					.execute(() -> pause.begin(ThreadLocalRandom.current().nextLong(3), LAST, this.trailers));
			}
			if (i % 2 == 0) {
				LockSupport.parkNanos(1_000_000);
			}
			timer.close();
		}
		await().until(() -> this.outcomes.size() >= times);
		await().during(Duration.ofMillis(50)).until(() -> this.outcomes.size() == times);
	}

	private record Outcome(Status status, Metadata trailers, Thread thread) {
	}

	/**
	 * Has no thread to wait with.
	 */
	private static final class BrokenTimer implements CallTimer {

		@Override
		public long nanoTime() {
			return System.nanoTime();
		}

		@Override
		public Runnable schedule(Runnable task, long delayNanos) {
			throw new OutOfMemoryError("unable to create native thread");
		}

		@Override
		public Runnable scheduleOrNow(Runnable task, long delayNanos) {
			throw new OutOfMemoryError("unable to create native thread");
		}

		@Override
		public Executor executor() {
			return CallTimer.standalone().executor();
		}

	}

}
