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
 * Fields are written within {@link #turns()}.
 */
final class CallbackEntry {

	private final Trampoline turns = new Trampoline();

	private final ServerCallGuard guard;

	private final Context context;

	private ServerCall.@Nullable Listener<?> listener;

	/** The thread within. Only that thread itself can see itself here. */
	private @Nullable Thread runner;

	/** Added by the interceptors as they start the call. */
	private volatile @Nullable Scope first;

	CallbackEntry(ServerCallGuard guard, Context context) {
		this.guard = guard;
		this.context = context;
	}

	Trampoline turns() {
		return this.turns;
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
	@SuppressWarnings("unchecked") // exit gets what enter returned
	void add(CallScope<?> added) {
		Scope scope = new Scope((CallScope<@Nullable Object>) added);
		scope.previous = scope.added.enter();
		Scope last = this.first;
		if (last == null) {
			this.first = scope;
			return;
		}
		while (last.next != null) {
			last = last.next;
		}
		last.next = scope;
	}

	/**
	 * Return the scopes that have been added so far.
	 */
	List<CallScope<@Nullable Object>> scopes() {
		List<CallScope<@Nullable Object>> scopes = new ArrayList<>(2);
		for (Scope scope = this.first; scope != null; scope = scope.next) {
			scopes.add(scope.added);
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
		for (Scope scope = this.first; scope != null; scope = scope.next) {
			scope.previous = scope.added.enter();
		}
		return previous;
	}

	void leave(Context previous) {
		this.runner = null;
		leave(this.first);
		this.context.detach(previous);
	}

	@SuppressWarnings("NullAway") // a scope gets what it returned, null or not
	private static void leave(@Nullable Scope scope) {
		if (scope != null) {
			leave(scope.next);
			scope.added.exit(scope.previous);
			scope.previous = null;
		}
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
			around(this.first, task);
		}
		finally {
			this.context.detach(previous);
		}
	}

	private static void around(@Nullable Scope scope, Runnable task) {
		if (scope == null) {
			task.run();
			return;
		}
		Object previous = scope.added.enter();
		try {
			around(scope.next, task);
		}
		finally {
			scope.added.exit(previous);
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
			this.turns.execute(() -> callBack((listener) -> task.run()));
		}
	}

	/**
	 * Call {@code onReady}.
	 */
	void tellReady() {
		this.turns.execute(() -> callBack(ServerCall.Listener::onReady));
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
		this.turns.execute(this::cancelHandler);
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

	/**
	 * A scope that was added, and what was on the thread before it was entered last.
	 */
	private static final class Scope {

		private final CallScope<@Nullable Object> added;

		private @Nullable Object previous;

		private volatile @Nullable Scope next;

		Scope(CallScope<@Nullable Object> added) {
			this.added = added;
		}

	}

}
