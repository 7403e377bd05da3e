/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.logs;

import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

import io.github.grpcpatterns.sample.logs.LogMemory.Part;
import io.github.grpcpatterns.sample.logs.v1.LogEntry;

/**
 * Publishes what is remembered and then what comes, for one subscriber, and only as much
 * as it asks for. Nothing is kept for it: one that is too slow finds that entries are
 * forgotten, and is told how many.
 */
final class LogPublisher implements Flow.Publisher<LogEntry> {

	private static final int PART = 256;

	private final LogMemory memory;

	private final Predicate<LogEntry> filter;

	private final Executor executor;

	/**
	 * Create it.
	 * @param memory where to read
	 * @param filter which entries are wanted
	 * @param executor where the subscriber is told, so that nothing is sent by a thread
	 * that just wants to log
	 */
	LogPublisher(LogMemory memory, Predicate<LogEntry> filter, Executor executor) {
		this.memory = memory;
		this.filter = filter;
		this.executor = executor;
	}

	@Override
	public void subscribe(Flow.Subscriber<? super LogEntry> subscriber) {
		Reading reading = new Reading(subscriber);
		subscriber.onSubscribe(reading);
		reading.begin();
	}

	private final class Reading implements Flow.Subscription {

		private final Flow.Subscriber<? super LogEntry> subscriber;

		private final AtomicLong demand = new AtomicLong();

		// Reasons to look again since somebody last did; who makes it 1 looks
		private final AtomicInteger signals = new AtomicInteger();

		private volatile Runnable stopListening = () -> {
		};

		private volatile boolean cancelled;

		private long next;

		Reading(Flow.Subscriber<? super LogEntry> subscriber) {
			this.subscriber = subscriber;
		}

		void begin() {
			this.stopListening = LogPublisher.this.memory.listen(this::look);
			if (this.cancelled) {
				this.stopListening.run();
			}
			look();
		}

		@Override
		public void request(long n) {
			this.demand.getAndUpdate((now) -> (now > Long.MAX_VALUE - n) ? Long.MAX_VALUE : now + n);
			look();
		}

		@Override
		public void cancel() {
			this.cancelled = true;
			this.stopListening.run();
		}

		private void look() {
			if (this.demand.get() > 0 && this.signals.getAndIncrement() == 0) {
				LogPublisher.this.executor.execute(this::publish);
			}
		}

		private void publish() {
			int seen = this.signals.get();
			do {
				while (!this.cancelled && this.demand.get() > 0 && publishPart()) {
					continue;
				}
				seen = this.signals.addAndGet(-seen);
			}
			while (seen != 0);
		}

		/**
		 * Return whether there may be more.
		 */
		private boolean publishPart() {
			Part part = LogPublisher.this.memory.read(this.next, PART);
			if (part.begin() > this.next && this.next > 0) {
				publish(LogEntries.missed(part.begin() - this.next));
			}
			this.next = part.begin();
			for (LogEntry entry : part.entries()) {
				if (this.cancelled || this.demand.get() <= 0) {
					return false;
				}
				this.next++;
				if (LogPublisher.this.filter.test(entry)) {
					publish(entry);
				}
			}
			return !part.entries().isEmpty();
		}

		private void publish(LogEntry entry) {
			this.demand.decrementAndGet();
			this.subscriber.onNext(entry);
		}

	}

}
