/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A {@link PriceFeed} within the process. It remembers the last changes, for streams that
 * resume.
 * <p>
 * One lock guards everything and is held only while queues in memory are changed, never
 * while something is sent.
 */
final class InMemoryPriceFeed implements PriceFeed {

	/**
	 * How far apart the numbers of changes are. Between two of them there is room for the
	 * answers of a stream, one for each of its products; so a stream numbers its answers
	 * by itself, and changes may be numbered where all instances meet.
	 */
	static final int STEP = 1 << 10;

	/** How many changes are remembered. */
	static final int MAX_HISTORY = 10_000;

	/** How many prices wait for one stream before only the latest of each is kept. */
	static final int MAX_PENDING = 2 * PriceStream.MAX_PRODUCTS;

	private final Object lock = new Object();

	private final Deque<NumberedPrice> history = new ArrayDeque<>();

	private final Map<String, Set<QueuedWatch>> watches = new HashMap<>();

	private long sequence;

	// All changes with greater numbers are in the history
	private long forgotten;

	/**
	 * Create a feed.
	 * @param start the number before the first. Numbers outlive the process, in clients
	 * that resume: one that starts with the time in milliseconds, times {@link #STEP},
	 * does not give numbers again that the process before it has given.
	 */
	InMemoryPriceFeed(long start) {
		this.sequence = start;
		this.forgotten = start;
	}

	@Override
	public void publish(Price price) {
		List<QueuedWatch> watching;
		synchronized (this.lock) {
			watching = offer(new NumberedPrice(this.sequence + STEP, price));
		}
		watching.forEach((watch) -> watch.onPrice.run());
	}

	/**
	 * Tell a change that was numbered elsewhere.
	 * @param change the change; passed over where one with this number or a greater one
	 * was told before
	 */
	void deliver(NumberedPrice change) {
		List<QueuedWatch> watching = List.of();
		synchronized (this.lock) {
			if (change.sequence() > this.sequence) {
				watching = offer(change);
			}
		}
		watching.forEach((watch) -> watch.onPrice.run());
	}

	private List<QueuedWatch> offer(NumberedPrice change) {
		this.sequence = change.sequence();
		this.history.addLast(change);
		if (this.history.size() > MAX_HISTORY) {
			this.forgotten = this.history.removeFirst().sequence();
		}
		List<QueuedWatch> watching = List.copyOf(this.watches.getOrDefault(change.price().productId(), Set.of()));
		watching.forEach((watch) -> watch.offer(change));
		return watching;
	}

	/**
	 * Return the number of the last change.
	 */
	long sequence() {
		synchronized (this.lock) {
			return this.sequence;
		}
	}

	@Override
	public Set<String> watched() {
		synchronized (this.lock) {
			return Set.copyOf(this.watches.keySet());
		}
	}

	@Override
	public boolean takeTurn() {
		return true;
	}

	@Override
	public PriceWatch watch(Runnable onPrice) {
		return new QueuedWatch(onPrice);
	}

	/**
	 * A watch, guarded by the lock of its feed.
	 */
	private final class QueuedWatch implements PriceWatch {

		private final Runnable onPrice;

		private final Set<String> answered = new LinkedHashSet<>();

		// Products that are not answered yet, with the change that came meanwhile
		private final Map<String, @Nullable Price> added = new HashMap<>();

		private Deque<NumberedPrice> pending = new ArrayDeque<>();

		private long lastQueued;

		private boolean closed;

		private QueuedWatch(Runnable onPrice) {
			this.onPrice = onPrice;
		}

		@Override
		public Set<String> add(Collection<String> productIds) {
			synchronized (InMemoryPriceFeed.this.lock) {
				Set<String> fresh = new LinkedHashSet<>(productIds);
				fresh.removeAll(this.answered);
				fresh.removeAll(this.added.keySet());
				if (!this.closed) {
					for (String id : fresh) {
						this.added.put(id, null);
						InMemoryPriceFeed.this.watches.computeIfAbsent(id, (key) -> new LinkedHashSet<>()).add(this);
					}
				}
				return fresh;
			}
		}

		@Override
		public void answer(Collection<Price> current, long afterSequence) {
			synchronized (InMemoryPriceFeed.this.lock) {
				Map<String, Price> open = new LinkedHashMap<>();
				for (Price price : current) {
					if (this.added.containsKey(price.productId())) {
						Price newer = this.added.remove(price.productId());
						open.put(price.productId(), (newer != null) ? newer : price);
						this.answered.add(price.productId());
					}
				}
				if (canResume(afterSequence)) {
					replay(open, afterSequence);
				}
				for (Price price : open.values()) {
					long number = Math.max(this.lastQueued, InMemoryPriceFeed.this.sequence) + 1;
					queue(new NumberedPrice(number, price));
				}
			}
		}

		private boolean canResume(long afterSequence) {
			return afterSequence >= InMemoryPriceFeed.this.forgotten
					&& afterSequence < InMemoryPriceFeed.this.sequence + STEP && afterSequence >= this.lastQueued;
		}

		private void replay(Map<String, Price> open, long afterSequence) {
			Set<String> replayed = new LinkedHashSet<>();
			for (NumberedPrice change : InMemoryPriceFeed.this.history) {
				String id = change.price().productId();
				if (change.sequence() > afterSequence && open.containsKey(id)) {
					queue(change);
					replayed.add(id);
				}
			}
			open.keySet().removeAll(replayed);
		}

		private void offer(NumberedPrice change) {
			String id = change.price().productId();
			if (this.answered.contains(id)) {
				queue(change);
			}
			else {
				this.added.put(id, change.price());
			}
		}

		private void queue(NumberedPrice price) {
			this.pending.addLast(price);
			this.lastQueued = price.sequence();
			if (this.pending.size() > MAX_PENDING) {
				keepLatest();
			}
		}

		// The reader is slow: what it has not seen yet is out of date, but for the last
		private void keepLatest() {
			Map<String, NumberedPrice> latest = new LinkedHashMap<>();
			for (NumberedPrice price : this.pending) {
				latest.remove(price.price().productId());
				latest.put(price.price().productId(), price);
			}
			this.pending = new ArrayDeque<>(latest.values());
		}

		@Override
		public int size() {
			synchronized (InMemoryPriceFeed.this.lock) {
				return this.answered.size() + this.added.size();
			}
		}

		@Override
		public @Nullable NumberedPrice poll() {
			synchronized (InMemoryPriceFeed.this.lock) {
				return this.pending.pollFirst();
			}
		}

		@Override
		public void close() {
			synchronized (InMemoryPriceFeed.this.lock) {
				this.closed = true;
				leave(this.answered);
				leave(this.added.keySet());
				this.answered.clear();
				this.added.clear();
				this.pending.clear();
			}
		}

		private void leave(Collection<String> productIds) {
			for (String id : new ArrayList<>(productIds)) {
				InMemoryPriceFeed.this.watches.computeIfPresent(id, (key, watching) -> {
					watching.remove(this);
					return watching.isEmpty() ? null : watching;
				});
			}
		}

	}

}
