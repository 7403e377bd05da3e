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
	void nothingThatWaitsIsLostWhenItIsClosed() throws Exception {
		CountDownLatch ran = new CountDownLatch(3);
		this.timer.schedule(ran::countDown, TimeUnit.MILLISECONDS.toNanos(5));
		this.timer.close();
		this.timer.schedule(ran::countDown, TimeUnit.HOURS.toNanos(1)).run();
		this.timer.callbacks().execute(ran::countDown);
		assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void whatIsScheduledWhenItsThreadHasEndedRunsAtOnce() {
		AtomicBoolean ran = new AtomicBoolean();
		this.timer.close();
		this.timer.schedule(() -> ran.set(true), TimeUnit.HOURS.toNanos(1)).run();
		assertThat(ran).isTrue();
	}

}
