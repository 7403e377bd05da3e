/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
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

	private int open;

	CallRecorder() {
	}

	synchronized void opened() {
		this.open++;
		notifyAll();
	}

	synchronized void ended(RecordedCall call, boolean wasOpen) {
		if (wasOpen) {
			this.open--;
		}
		this.calls.add(call);
		notifyAll();
	}

	/**
	 * Wait until so many calls are open: their limits and their tokens are being watched,
	 * and the handlers of client streams and of bidirectional ones have been called. For
	 * a test that moves the {@link PolicyClock} next.
	 * @param count the number of calls
	 * @throws AssertionError if there are not as many after five seconds
	 */
	public synchronized void awaitOpen(int count) {
		await(() -> this.open >= count);
		if (this.open < count) {
			throw new AssertionError("Expected " + count + " open calls, but there are " + this.open
					+ "; these have ended: " + this.calls);
		}
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
	 * Wait until so many calls have ended, or the time is up.
	 * @return the calls by then
	 */
	synchronized List<RecordedCall> await(int count, Predicate<RecordedCall> which) {
		await(() -> this.calls.stream().filter(which).count() >= count);
		return this.calls.stream().filter(which).toList();
	}

	private void await(BooleanSupplier condition) {
		long until = System.nanoTime() + PATIENCE.toNanos();
		try {
			for (long left = PATIENCE.toMillis(); left > 0
					&& !condition.getAsBoolean(); left = (until - System.nanoTime()) / 1_000_000) {
				wait(left);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
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
