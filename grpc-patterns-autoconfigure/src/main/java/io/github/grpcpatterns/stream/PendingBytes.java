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

	/**
	 * What a message costs beside its bytes, so that empty ones do not fill the heap.
	 */
	private static final int OVERHEAD = 64;

	private final long max;

	private final AtomicLong total = new AtomicLong();

	private final Set<StreamCall<?, ?>> holders = ConcurrentHashMap.newKeySet();

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

	void hold(StreamCall<?, ?> stream) {
		this.holders.add(stream);
	}

	void release(StreamCall<?, ?> stream) {
		this.holders.remove(stream);
	}

	void add(int messages, long bytes) {
		long now = this.total.addAndGet(bytes + (long) OVERHEAD * messages);
		if (messages > 0 && this.max > 0 && now > this.max) {
			endLargest().forEach(StreamCall::tooSlow);
		}
	}

	/**
	 * Who was chosen lets go soon, and does not count any longer.
	 */
	private synchronized List<StreamCall<?, ?>> endLargest() {
		List<StreamCall<?, ?>> chosen = new ArrayList<>();
		long rest = this.holders.stream().filter((stream) -> !stream.condemned()).mapToLong(this::cost).sum();
		while (rest > this.max) {
			StreamCall<?, ?> largest = largest();
			if (largest == null) {
				break;
			}
			largest.condemn();
			chosen.add(largest);
			rest -= cost(largest);
		}
		return chosen;
	}

	private @Nullable StreamCall<?, ?> largest() {
		StreamCall<?, ?> largest = null;
		long most = 0;
		for (StreamCall<?, ?> stream : this.holders) {
			long cost = stream.condemned() ? 0 : cost(stream);
			if (cost > most) {
				most = cost;
				largest = stream;
			}
		}
		return largest;
	}

	private long cost(StreamCall<?, ?> stream) {
		return stream.pendingBytes() + (long) OVERHEAD * stream.pendingMessages();
	}

}
