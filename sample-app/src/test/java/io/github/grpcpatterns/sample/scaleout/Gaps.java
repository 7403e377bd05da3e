/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.scaleout;

import java.time.Duration;

/**
 * The times between two messages of a stream that others open again. Thread-safe.
 */
final class Gaps {

	private long last;

	private long longest;

	private long count;

	/**
	 * A message has come.
	 */
	synchronized void message() {
		long now = System.nanoTime();
		if (this.count > 0) {
			this.longest = Math.max(this.longest, now - this.last);
		}
		this.last = now;
		this.count++;
	}

	synchronized long count() {
		return this.count;
	}

	/**
	 * Return the longest gap since the last time that this was called, that since the
	 * last message included.
	 */
	synchronized Duration longest() {
		long longest = Math.max(this.longest, System.nanoTime() - this.last);
		this.longest = 0;
		return Duration.ofNanos(longest);
	}

}
