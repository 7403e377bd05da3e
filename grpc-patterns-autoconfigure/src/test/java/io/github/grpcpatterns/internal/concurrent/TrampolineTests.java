/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.concurrent;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Trampoline}.
 */
class TrampolineTests {

	private final Trampoline trampoline = new Trampoline();

	@Test
	void whatIsLeftWhileItIsBusyRunsInOrderBeforeTheRunnerLeaves() {
		List<String> done = new ArrayList<>();
		assertThat(this.trampoline.tryEnter()).isTrue();
		this.trampoline.execute(() -> {
			done.add("a");
			this.trampoline.execute(() -> done.add("c"));
			done.add("b");
		});
		assertThat(this.trampoline.tryEnter()).isFalse();
		assertThat(done).isEmpty();
		this.trampoline.exit();
		assertThat(done).containsExactly("a", "b", "c");
		assertThat(this.trampoline.tryEnter()).isTrue();
	}

	@Test
	void aTaskThatThrowsStopsNothing() {
		List<String> done = new ArrayList<>();
		this.trampoline.execute(() -> {
			throw new AssertionError("as intended");
		});
		this.trampoline.execute(() -> {
			this.trampoline.execute(() -> done.add("b"));
			done.add("a");
			throw new IllegalStateException("as intended");
		});
		assertThat(done).containsExactly("a", "b");
		assertThat(this.trampoline.tryEnter()).isTrue();
	}

	/**
	 * The order of one thread holds whatever others do: what it has left runs before what
	 * it does next.
	 */
	@Test
	void theOrderOfAThreadHoldsWhileOthersComeAndGo() throws InterruptedException {
		int rounds = 200_000;
		AtomicInteger inside = new AtomicInteger();
		AtomicInteger overlaps = new AtomicInteger();
		AtomicInteger misplaced = new AtomicInteger();
		CountDownLatch done = new CountDownLatch(4);
		for (int i = 0; i < 4; i++) {
			Thread thread = new Thread(() -> {
				int[] last = { -1 };
				for (int n = 0; n < rounds; n++) {
					int number = n;
					Runnable task = () -> {
						if (inside.incrementAndGet() != 1) {
							overlaps.incrementAndGet();
						}
						if (last[0] != number - 1) {
							misplaced.incrementAndGet();
						}
						last[0] = number;
						inside.decrementAndGet();
					};
					if (this.trampoline.tryEnter()) {
						task.run();
						this.trampoline.exit();
					}
					else {
						this.trampoline.execute(task);
					}
				}
				done.countDown();
			});
			thread.setDaemon(true);
			thread.start();
		}
		done.await();
		assertThat(overlaps).hasValue(0);
		assertThat(misplaced).hasValue(0);
		assertThat(this.trampoline.tryEnter()).isTrue();
	}

}
