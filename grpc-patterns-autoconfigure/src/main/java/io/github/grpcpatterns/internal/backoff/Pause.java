/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.backoff;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * The wait between two attempts of a call. It ends once, with the next attempt or the end
 * of the call. When the application closes during a pause, the call ends at once, as its
 * last attempt did.
 */
public final class Pause {

	private final AtomicBoolean over = new AtomicBoolean();

	private final ClientCallOrigin origin;

	private final CallTimer timer;

	private final Runnable goOn;

	private final BiConsumer<Status, Metadata> end;

	private final Context.CancellationListener contextCancelled = (context) -> cancel(
			Contexts.statusFromCancelled(context));

	private volatile @Nullable Runnable unschedule;

	Pause(ClientCallOrigin origin, CallTimer timer, Runnable goOn, BiConsumer<Status, Metadata> end) {
		this.origin = origin;
		this.timer = timer;
		this.goOn = goOn;
		this.end = end;
	}

	/**
	 * Begin to wait.
	 * @param millis how long
	 * @param status the status of the last attempt
	 * @param trailers the trailers of the last attempt
	 */
	public void begin(long millis, Status status, Metadata trailers) {
		long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
		long start = this.timer.nanoTime();
		try {
			this.unschedule = this.timer
				.scheduleOrNow(() -> timeOver(this.timer.nanoTime() - start >= nanos, status, trailers), nanos);
			this.origin.context().addListener(this.contextCancelled, this.timer.executor());
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("Cannot wait for the next attempt of a call", ex);
			timeOver(false, status, trailers);
		}
		if (this.over.get()) { // before all of this was in place
			forget();
		}
	}

	/**
	 * On the timer's thread. An executor that runs tasks directly must not get hold of
	 * it.
	 */
	private void timeOver(boolean passed, Status status, Metadata trailers) {
		if (claim()) {
			Runnable next = passed ? this.goOn : () -> this.end.accept(status, trailers);
			this.origin.runAway(() -> this.origin.handOver(next, this.timer), this.timer);
		}
	}

	/**
	 * End the pause, from any thread, also before it begins.
	 * @param status the status to end the call with
	 */
	public void cancel(Status status) {
		if (claim()) {
			this.origin.handOver(() -> this.end.accept(status, new Metadata()), this.timer);
		}
	}

	/**
	 * End the pause, from any thread: the call has ended already, and neither callback
	 * runs.
	 */
	public void abandon() {
		claim();
	}

	private boolean claim() {
		if (!this.over.compareAndSet(false, true)) {
			return false;
		}
		forget();
		return true;
	}

	private void forget() {
		Runnable unschedule = this.unschedule;
		if (unschedule != null) {
			unschedule.run();
		}
		this.origin.context().removeListener(this.contextCancelled);
	}

}
