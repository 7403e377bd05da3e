/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.ArrayList;
import java.util.List;

import com.google.protobuf.Duration;
import com.google.rpc.RetryInfo;
import io.github.grpcpatterns.EndReason;
import org.jspecify.annotations.Nullable;

/**
 * The drain state of a call's server, and the tasks that the handler registered for it.
 */
public final class CallDrain {

	/** When the clients of a server that goes away may come again. */
	public static final RetryInfo RETRY = RetryInfo.newBuilder()
		.setRetryDelay(Duration.newBuilder().setSeconds(1))
		.build();

	private static final CallDrain NONE = new CallDrain(null);

	private final @Nullable ServerCallGuard guard;

	private volatile boolean draining;

	private @Nullable List<Runnable> tasks;

	CallDrain(@Nullable ServerCallGuard guard) {
		this.guard = guard;
	}

	/**
	 * Return the drain of the call being handled on this thread.
	 * @return the drain, outside of calls one that never begins
	 */
	public static CallDrain current() {
		CallRecord call = CallRecord.current();
		ServerCallGuard guard = (call != null) ? call.guardIfAny() : null;
		return (guard != null) ? guard.drain() : NONE;
	}

	/**
	 * Return whether the server is going away. From any thread.
	 * @return whether it is
	 */
	public boolean isDraining() {
		return this.draining;
	}

	/**
	 * Run a task once, like a callback of the call, when the server begins to go away: at
	 * once if it already does, never where the call is over before that.
	 * @param task the task; several run in the order in which they were given
	 */
	public void onDrain(Runnable task) {
		ServerCallGuard guard = this.guard;
		if (guard == null) {
			return;
		}
		synchronized (this) {
			if (!this.draining) {
				if (this.tasks == null) {
					this.tasks = new ArrayList<>(2);
				}
				this.tasks.add(task);
				return;
			}
		}
		guard.in().run(task);
	}

	/**
	 * End the call as draining, from any thread. Does nothing before the server begins to
	 * go away, and where the call is over.
	 */
	public void end() {
		ServerCallGuard guard = this.guard;
		if (guard != null && this.draining) {
			guard.endForGood(EndReason.SERVER_DRAINING, RETRY);
		}
	}

	/**
	 * Begin, once.
	 * @return the tasks to run
	 */
	List<Runnable> begin() {
		synchronized (this) {
			List<Runnable> tasks = this.tasks;
			this.tasks = null;
			this.draining = true;
			return (tasks != null) ? tasks : List.of();
		}
	}

}
