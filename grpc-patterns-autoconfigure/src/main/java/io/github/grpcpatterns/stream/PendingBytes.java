package io.github.grpcpatterns.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * What waits in all streams of a server together, and its bound: at the bound the streams
 * that hold most are ended, one by one, until the rest is within it.
 */
final class PendingBytes {

	private final long max;

	private final AtomicLong total = new AtomicLong();

	private final Set<PendingMessages<?>> holders = ConcurrentHashMap.newKeySet();

	/**
	 * Create it.
	 * @param max the bound in bytes, zero for none
	 */
	PendingBytes(long max) {
		this.max = max;
	}

	long total() {
		return this.total.get();
	}

	void hold(PendingMessages<?> stream) {
		this.holders.add(stream);
	}

	void release(PendingMessages<?> stream) {
		this.holders.remove(stream);
	}

	/**
	 * What waits has changed.
	 * @param cost how much more there is, negative for less
	 */
	void add(long cost) {
		long now = this.total.addAndGet(cost);
		if (cost > 0 && this.max > 0 && now > this.max) {
			endLargest().forEach(PendingMessages::tooSlow);
		}
	}

	/**
	 * Who was chosen lets go soon, and does not count any longer.
	 */
	private synchronized List<PendingMessages<?>> endLargest() {
		List<PendingMessages<?>> chosen = new ArrayList<>();
		long rest = this.holders.stream()
			.filter((stream) -> !stream.condemned())
			.mapToLong(PendingMessages::cost)
			.sum();
		while (rest > this.max) {
			PendingMessages<?> largest = largest();
			if (largest == null) {
				break;
			}
			largest.condemn();
			chosen.add(largest);
			rest -= largest.cost();
		}
		return chosen;
	}

	private @Nullable PendingMessages<?> largest() {
		PendingMessages<?> largest = null;
		long most = 0;
		for (PendingMessages<?> stream : this.holders) {
			long cost = stream.condemned() ? 0 : stream.cost();
			if (cost > most) {
				most = cost;
				largest = stream;
			}
		}
		return largest;
	}

}
