/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.concurrent;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SharedCallTimer}.
 */
class SharedCallTimerTests {

	private final SharedCallTimer timer = new SharedCallTimer();

	@Test
	void aTaskRunsOnceItIsDue() throws Exception {
		CompletableFuture<Long> ran = new CompletableFuture<>();
		long start = this.timer.nanoTime();
		this.timer.schedule(() -> ran.complete(this.timer.nanoTime()), TimeUnit.MILLISECONDS.toNanos(5));
		assertThat(ran.get(10, TimeUnit.SECONDS) - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(5));
		this.timer.close();
	}

	@Test
	void aForgottenTaskDoesNotRun() throws Exception {
		AtomicBoolean ran = new AtomicBoolean();
		this.timer.schedule(() -> ran.set(true), TimeUnit.MILLISECONDS.toNanos(20)).run();
		CountDownLatch later = new CountDownLatch(1);
		this.timer.schedule(later::countDown, TimeUnit.MILLISECONDS.toNanos(40));
		assertThat(later.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(ran).isFalse();
		this.timer.close();
	}

	@Test
	void aTaskThatThrowsDoesNotStopTheNext() throws Exception {
		CountDownLatch next = new CountDownLatch(1);
		this.timer.schedule(() -> {
			throw new IllegalStateException("thrown by the test");
		}, 0);
		this.timer.schedule(next::countDown, 0);
		assertThat(next.await(10, TimeUnit.SECONDS)).isTrue();
		this.timer.close();
	}

	@Test
	void whatIsScheduledIsDroppedWhenTheTimerCloses() throws Exception {
		AtomicBoolean ran = new AtomicBoolean();
		CompletableFuture<Thread> busy = new CompletableFuture<>();
		CountDownLatch release = new CountDownLatch(1);
		this.timer.schedule(() -> {
			busy.complete(Thread.currentThread());
			await(release);
		}, 0);
		Thread thread = busy.get(10, TimeUnit.SECONDS);
		this.timer.schedule(() -> ran.set(true), 0);
		this.timer.close();
		this.timer.schedule(() -> ran.set(true), 0);
		release.countDown();
		thread.join(TimeUnit.SECONDS.toMillis(10));
		assertThat(thread.isAlive()).isFalse();
		assertThat(ran).isFalse();
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Test
	void whatMustNotBeLostRunsWhenTheTimerCloses() throws Exception {
		CountDownLatch ran = new CountDownLatch(2);
		this.timer.scheduleOrNow(ran::countDown, TimeUnit.HOURS.toNanos(1));
		this.timer.close();
		this.timer.scheduleOrNow(ran::countDown, TimeUnit.HOURS.toNanos(1));
		assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void whatWasForgottenDoesNotRunWhenTheTimerCloses() throws Exception {
		AtomicBoolean ran = new AtomicBoolean();
		CountDownLatch other = new CountDownLatch(1);
		this.timer.scheduleOrNow(() -> ran.set(true), TimeUnit.HOURS.toNanos(1)).run();
		this.timer.scheduleOrNow(other::countDown, TimeUnit.HOURS.toNanos(1));
		this.timer.close();
		assertThat(other.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(ran).isFalse();
	}

	@Test
	void itsExecutorGoesOnAfterTheTimerHasClosed() throws Exception {
		CountDownLatch ran = new CountDownLatch(1);
		this.timer.close();
		this.timer.executor().execute(ran::countDown);
		assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void fortyTasksThatBlockDoNotHoldUpTheNext() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch blocked = new CountDownLatch(40);
		for (int i = 0; i < 40; i++) {
			this.timer.executor().execute(() -> {
				blocked.countDown();
				await(release);
			});
		}
		CountDownLatch next = new CountDownLatch(1);
		this.timer.executor().execute(next::countDown);
		assertThat(next.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
		release.countDown();
		this.timer.close();
	}

}
