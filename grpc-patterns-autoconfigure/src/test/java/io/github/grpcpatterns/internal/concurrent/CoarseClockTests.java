/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.concurrent;

import java.time.Duration;

import io.github.grpcpatterns.testing.PolicyClock;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CoarseClock}.
 */
class CoarseClockTests {

	private final PolicyClock timer = new PolicyClock();

	private final CoarseClock clock = new CoarseClock(this.timer);

	@Test
	void firstReadingIsExactAndSoIsTheFirstAfterAPause() {
		assertThat(this.clock.nanoTime()).isEqualTo(this.timer.nanoTime());
		this.timer.advance(Duration.ofSeconds(10));
		assertThat(this.clock.nanoTime()).isEqualTo(this.timer.nanoTime());
	}

	@Test
	void isNeverMoreThanATenthOfASecondBehind() {
		for (int i = 0; i < 1000; i++) {
			assertThat(this.timer.nanoTime() - this.clock.nanoTime()).isBetween(0L, 100_000_000L);
			this.timer.advance(Duration.ofMillis(i % 7));
		}
	}

	@Test
	void standsWhenNobodyReadsIt() {
		this.clock.nanoTime();
		this.clock.nanoTime();
		assertThat(this.timer.scheduled()).hasSize(1);
		this.timer.advance(Duration.ofSeconds(1));
		assertThat(this.timer.scheduled()).isEmpty();
	}

}
