/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Context} of a call's handler, and where code of users runs that no callback
 * of the transport runs.
 * <p>
 * The stack cancels its own context on its own executor, which may be one of ours. This
 * one is a fork with the same values and deadline. It is cancelled where handlers run,
 * for its listeners are code of users.
 */
final class HandlerContext {

	/**
	 * How long the cancellation waits for a thread of the handlers: all of them may be
	 * held by handlers that wait for just that.
	 */
	private static final long CANCEL_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final ServerCallGuard guard;

	private final Context.CancellableContext context;

	private final CallEnvironment environment;

	HandlerContext(ServerCallGuard guard, Context context, CallEnvironment environment) {
		this.guard = guard;
		this.context = fork(context);
		this.environment = environment;
	}

	private static Context.CancellableContext fork(Context context) {
		Deadline deadline = context.getDeadline();
		Context fork = context.fork();
		return (deadline != null) ? fork.withDeadline(deadline, NoScheduler.INSTANCE) : fork.withCancellation();
	}

	Context context() {
		return this.context;
	}

	/**
	 * Run code of users where handlers run.
	 */
	void onHandlers(Runnable task) {
		try {
			this.environment.handlers().execute(task);
		}
		catch (RejectedExecutionException ex) {
			this.environment.timer().executor().execute(task);
		}
	}

	/**
	 * Cancel the context where handlers run.
	 */
	void cancelSoon() {
		cancelSoon(() -> {
		});
	}

	/**
	 * Cancel the context where handlers run.
	 * @param then what to run there after it
	 */
	void cancelSoon(Runnable then) {
		Runnable forget = (this.environment.handlers() != this.environment.timer().executor())
				? this.environment.timer()
					.schedule(() -> this.environment.timer().executor().execute(this::cancel), CANCEL_NANOS)
				: () -> {
				};
		onHandlers(() -> {
			forget.run();
			cancel();
			then.run();
		});
	}

	private void cancel() {
		boolean timedOut = !this.guard.ended()
				&& this.guard.cancelledEnding().status().getCode() == Status.Code.DEADLINE_EXCEEDED;
		// The status of the cause becomes the status of the calls that the handler has
		// made: always CANCELLED where a policy ends the call.
		cancel(timedOut ? new TimeoutException("context timed out")
				: Status.CANCELLED.withDescription(EndReason.CANCELLED.status().getDescription()).asRuntimeException());
	}

	private void cancel(@Nullable Throwable cause) {
		try {
			this.context.cancel(cause);
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("A listener of the context of {} failed", this.guard.record().methodName(), ex);
		}
	}

	/**
	 * The last callback has been delivered, or is not to be.
	 * @param cancelled whether it was {@code onCancel}
	 */
	void callbacksOver(boolean cancelled) {
		if (!this.context.isCancelled()) {
			// The end by a policy may be faster than what it wants to run.
			if (cancelled || this.guard.ended()) {
				cancel();
			}
			else {
				cancel(null);
			}
		}
	}

}
