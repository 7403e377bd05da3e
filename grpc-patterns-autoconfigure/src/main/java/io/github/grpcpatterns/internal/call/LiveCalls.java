/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The inbound calls in progress, of all four kinds and of all servers of this process.
 * <p>
 * A call is included from before the first interceptor of a policy until its end is
 * reported. Calls link themselves into one of several lists, so that adding and removing
 * one costs no allocation and rarely contends.
 */
public final class LiveCalls {

	private static final int LISTS = Integer.highestOneBit(4 * Math.max(4, Runtime.getRuntime().availableProcessors()));

	/**
	 * Begins anywhere, so that an id that one process gave means nothing to the next one.
	 */
	private final AtomicLong ids = new AtomicLong(ThreadLocalRandom.current().nextLong(1L << 32, 1L << 62));

	private final CallList[] lists = new CallList[LISTS];

	LiveCalls() {
		for (int i = 0; i < LISTS; i++) {
			this.lists[i] = new CallList();
		}
	}

	void add(Link call) {
		if (call.record().streaming()) {
			call.id = this.ids.getAndIncrement();
		}
		this.lists[ThreadLocalRandom.current().nextInt() & (LISTS - 1)].add(call);
	}

	/**
	 * Does nothing where the call is not in here.
	 */
	void remove(Link call) {
		CallList list = call.list;
		if (list != null) {
			list.remove(call);
		}
	}

	/**
	 * Visit every call in progress, from any thread. A call that is added or removed
	 * meanwhile may be left out, or may have ended already.
	 * @param action what to do with a call; no lock is held, so it may end the call
	 */
	public void forEach(Consumer<CallRecord> action) {
		List<CallRecord> calls = new ArrayList<>();
		for (CallList list : this.lists) {
			list.copyTo(calls);
			calls.forEach(action);
			calls.clear();
		}
	}

	/**
	 * A call as a member of one list.
	 */
	abstract static class Link {

		/** Zero until added, and for a unary call. */
		private volatile long id;

		private volatile @Nullable CallList list;

		private @Nullable Link previous;

		private @Nullable Link next;

		/**
		 * Return the number of a live stream.
		 * @return a positive number that no other stream has, zero for a unary call
		 */
		public long id() {
			return this.id;
		}

		abstract CallRecord record();

	}

	private static final class CallList {

		private @Nullable Link first;

		synchronized void add(Link call) {
			Link next = this.first;
			call.next = next;
			if (next != null) {
				next.previous = call;
			}
			this.first = call;
			call.list = this;
		}

		synchronized void remove(Link call) {
			if (call.list == null) {
				return;
			}
			call.list = null;
			Link previous = call.previous;
			Link next = call.next;
			if (previous != null) {
				previous.next = next;
			}
			else {
				this.first = next;
			}
			if (next != null) {
				next.previous = previous;
			}
			call.previous = null;
			call.next = null;
		}

		synchronized void copyTo(List<CallRecord> calls) {
			for (Link call = this.first; call != null; call = call.next) {
				calls.add(call.record());
			}
		}

	}

}
