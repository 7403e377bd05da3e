package io.github.grpcpatterns.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import org.assertj.core.api.AssertProvider;

/**
 * Keeps one record for each call that reached the server and ended, refused ones too. A
 * bean of {@link GrpcPatternsTest}, empty at the start of each test.
 * <p>
 * A client may hear the end of a call before the server has recorded it: assertions wait
 * for what they expect, five seconds at most. May be used from any thread.
 *
 * <pre class="code">
 * assertThat(calls).single().endedWith(EndReason.STREAM_IDLE);
 * </pre>
 */
public final class CallRecorder implements AssertProvider<RecordedCallsAssert> {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final List<RecordedCall> calls = new ArrayList<>();

	CallRecorder() {
	}

	synchronized void add(RecordedCall call) {
		this.calls.add(call);
		notifyAll();
	}

	/**
	 * Forget all calls.
	 */
	public synchronized void clear() {
		this.calls.clear();
	}

	/**
	 * Return the calls that have ended by now.
	 * @return the calls in the order of their ends
	 */
	public synchronized List<RecordedCall> calls() {
		return List.copyOf(this.calls);
	}

	/**
	 * Wait until there are so many calls, or the time is up.
	 * @return the calls by then
	 */
	synchronized List<RecordedCall> await(int count, Predicate<RecordedCall> which) {
		long until = System.nanoTime() + PATIENCE.toNanos();
		while (this.calls.stream().filter(which).count() < count) {
			long millis = (until - System.nanoTime()) / 1_000_000;
			if (millis <= 0) {
				break;
			}
			try {
				wait(millis);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				break;
			}
		}
		return this.calls.stream().filter(which).toList();
	}

	/**
	 * Return assertions, as {@code assertThat(recorder)} does.
	 * @return assertions on the calls
	 */
	@Override
	public RecordedCallsAssert assertThat() {
		return new RecordedCallsAssert(this, (call) -> true);
	}

}
