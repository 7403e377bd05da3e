/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.ArrayList;
import java.util.List;

import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.concurrent.Trampoline;
import io.grpc.Context;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * The outermost listener of a call: runs one callback at a time, in the call's
 * {@link Context} and its {@link CallScope}s.
 * <p>
 * Fields are written inside.
 */
final class CallbackEntry extends Trampoline {

	private final ServerCallGuard guard;

	private final Context context;

	private ServerCall.@Nullable Listener<?> listener;

	/** The thread within. Only that thread itself can see itself here. */
	private @Nullable Thread runner;

	/** Added by the interceptors as they start the call. */
	private volatile @Nullable CallScope<?> first;

	CallbackEntry(ServerCallGuard guard, Context context) {
		this.guard = guard;
		this.context = context;
	}

	/**
	 * The chain is set up.
	 */
	void started(ServerCall.Listener<?> listener) {
		this.listener = listener;
	}

	/**
	 * Enter a scope, and again whenever code of the call runs from now on.
	 */
	void add(CallScope<?> added) {
		added.enterCallback();
		CallScope<?> last = this.first;
		if (last == null) {
			this.first = added;
			return;
		}
		for (CallScope<?> next = last.next; next != null; next = last.next) {
			last = next;
		}
		last.next = added;
	}

	/**
	 * Return the scopes that have been added so far.
	 */
	@SuppressWarnings("unchecked") // exit gets what enter returned
	List<CallScope<@Nullable Object>> scopes() {
		List<CallScope<@Nullable Object>> scopes = new ArrayList<>(2);
		for (CallScope<?> scope = this.first; scope != null; scope = scope.next) {
			scopes.add((CallScope<@Nullable Object>) scope);
		}
		return scopes;
	}

	/**
	 * Called before the inner listener is called.
	 * @return what to give to {@link #leave(Context)}
	 */
	Context enter() {
		this.runner = Thread.currentThread();
		Context previous = this.context.attach();
		for (CallScope<?> scope = this.first; scope != null; scope = scope.next) {
			scope.enterCallback();
		}
		return previous;
	}

	void leave(Context previous) {
		this.runner = null;
		CallScope<?> first = this.first;
		if (first != null) {
			first.leaveCallback();
		}
		this.context.detach(previous);
	}

	/**
	 * Run what passes interceptors of users' but is no callback, at any time and on any
	 * thread.
	 */
	void around(Runnable task) {
		if (within()) {
			task.run();
			return;
		}
		Context previous = this.context.attach();
		try {
			CallScope<?> first = this.first;
			if (first != null) {
				first.around(task);
			}
			else {
				task.run();
			}
		}
		finally {
			this.context.detach(previous);
		}
	}

	/**
	 * Return whether this thread runs a callback of the call.
	 */
	boolean within() {
		return this.runner == Thread.currentThread();
	}

	/**
	 * Run a task of the handler's as one of its callbacks: inline within a callback, else
	 * when no other is running.
	 */
	void run(Runnable task) {
		if (within()) {
			if (this.guard.open()) {
				task.run();
			}
		}
		else {
			execute(() -> callBack((listener) -> task.run()));
		}
	}

	/**
	 * Call {@code onReady}.
	 */
	void tellReady() {
		execute(() -> callBack(ServerCall.Listener::onReady));
	}

	private void callBack(Callback callback) {
		ServerCall.Listener<?> listener = this.listener;
		if (listener == null || !this.guard.open()) {
			return;
		}
		Context previous = enter();
		try {
			callback.call(listener);
		}
		catch (Throwable ex) {
			this.guard.thrown(ex);
		}
		finally {
			leave(previous);
		}
	}

	/**
	 * Call {@code onCancel}.
	 */
	void cancel() {
		execute(this::cancelHandler);
	}

	private void cancelHandler() {
		ServerCall.Listener<?> listener = this.listener;
		if (listener == null) {
			return;
		}
		Context previous = enter();
		try {
			listener.onCancel();
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("The cancel handler of {} failed", this.guard.record().methodName(), ex);
		}
		finally {
			leave(previous);
		}
	}

	@FunctionalInterface
	private interface Callback {

		void call(ServerCall.Listener<?> listener);

	}

}
