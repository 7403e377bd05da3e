/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes the ids of what is stored: UUIDs of version 7
 * (<a href="https://www.rfc-editor.org/rfc/rfc9562#section-5.7">RFC 9562</a>) as text.
 * They begin with the time, so that a cursor over the ids sees things in the order of
 * their creation, and new ones at its end. Within one process each id is greater than the
 * one before, also within a millisecond and when the clock is set back.
 */
public final class SortedIds {

	private static final long VERSION_7 = 0x7000L;

	private static final long VARIANT = 0x8000_0000_0000_0000L;

	private static final long RANDOM_BITS = 0x3FFF_FFFF_FFFF_FFFFL;

	// Milliseconds, and below them a counter of the 12 bits that the version leaves free
	private final AtomicLong last = new AtomicLong();

	/**
	 * Make an id. Safe for use by several threads.
	 * @return an id that was never given before
	 */
	public String next() {
		long now = System.currentTimeMillis() << 12;
		long ticks = this.last.updateAndGet((previous) -> Math.max(previous + 1, now));
		long high = ((ticks >>> 12) << 16) | VERSION_7 | (ticks & 0xFFF);
		long low = VARIANT | (ThreadLocalRandom.current().nextLong() & RANDOM_BITS);
		return new UUID(high, low).toString();
	}

}
