/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.logs;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.grpcpatterns.sample.logs.v1.LogEntry;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the last entries of the log, numbered from 0. For any number of threads, none
 * of which waits for a reader.
 */
final class LogMemory {

	private final List<Runnable> readers = new CopyOnWriteArrayList<>();

	// Guarded by this, as is the number: each entry is at its number modulo the length
	private final @Nullable LogEntry[] entries;

	private long next;

	LogMemory(int capacity) {
		this.entries = new LogEntry[capacity];
	}

	void add(LogEntry entry) {
		synchronized (this) {
			this.entries[place(this.next++)] = entry;
		}
		this.readers.forEach(Runnable::run);
	}

	private int place(long number) {
		return (int) (number % this.entries.length);
	}

	/**
	 * Read what was logged.
	 * @param from the number of the first entry wanted
	 * @param limit how many are wanted at most
	 * @return the entries; they begin later where the first is forgotten
	 */
	synchronized Part read(long from, int limit) {
		long begin = Math.max(from, this.next - this.entries.length);
		long end = Math.min(this.next, begin + limit);
		List<LogEntry> part = new ArrayList<>();
		for (long number = begin; number < end; number++) {
			part.add(Objects.requireNonNull(this.entries[place(number)]));
		}
		return new Part(begin, part);
	}

	/**
	 * Be told of new entries.
	 * @param reader run after each new entry, on the thread that logs; must neither block
	 * nor throw nor log
	 * @return ends it
	 */
	Runnable listen(Runnable reader) {
		Runnable own = reader::run;
		this.readers.add(own);
		return () -> this.readers.remove(own);
	}

	/**
	 * Some entries that follow each other.
	 *
	 * @param begin the number of the first
	 * @param entries the entries
	 */
	record Part(long begin, List<LogEntry> entries) {

		long end() {
			return this.begin + this.entries.size();
		}

	}

}
