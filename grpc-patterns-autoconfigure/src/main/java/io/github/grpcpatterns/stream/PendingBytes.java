/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * The pending messages of all streams together, in bytes: at the bound, the streams with
 * the most are ended, one by one, until the rest is within it.
 */
final class PendingBytes {

	private final long max;

	private final AtomicLong total = new AtomicLong();

	private final Set<PendingShare> holders = ConcurrentHashMap.newKeySet();

	/**
	 * Create it.
	 * @param max the bound in bytes, zero for none
	 */
	PendingBytes(long max) {
		this.max = max;
	}

	boolean bounded() {
		return this.max > 0;
	}

	long total() {
		return this.total.get();
	}

	void hold(PendingShare stream) {
		this.holders.add(stream);
	}

	void release(PendingShare stream) {
		this.holders.remove(stream);
	}

	/**
	 * The pending bytes have changed.
	 * @param cost how much more there is, negative for less
	 */
	void add(long cost) {
		this.total.addAndGet(cost);
	}

	/**
	 * Something was added: at the bound the streams that hold most are ended. Called
	 * without a lock.
	 */
	void check() {
		if (this.max > 0 && this.total.get() > this.max) {
			endLargest().forEach(PendingShare::tooSlow);
		}
	}

	/**
	 * The chosen stream releases its share soon, and no longer counts.
	 */
	private synchronized List<PendingShare> endLargest() {
		List<PendingShare> chosen = new ArrayList<>();
		long rest = this.holders.stream().filter((stream) -> !stream.condemned()).mapToLong(PendingShare::cost).sum();
		while (rest > this.max) {
			PendingShare largest = largest();
			if (largest == null) {
				break;
			}
			largest.condemn();
			chosen.add(largest);
			rest -= largest.cost();
		}
		return chosen;
	}

	private @Nullable PendingShare largest() {
		PendingShare largest = null;
		long most = 0;
		for (PendingShare stream : this.holders) {
			long cost = stream.condemned() ? 0 : stream.cost();
			if (cost > most) {
				most = cost;
				largest = stream;
			}
		}
		return largest;
	}

}
