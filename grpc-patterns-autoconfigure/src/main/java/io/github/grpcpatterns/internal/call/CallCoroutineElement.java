/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.List;
import java.util.Map;

import kotlin.coroutines.AbstractCoroutineContextElement;
import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.ThreadContextElement;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Sets the MDC and enters the {@link CallScope}s of a call whenever one of its coroutines
 * runs on a thread, and restores the thread when the coroutine suspends or ends. Kotlin's
 * dispatchers call it; coroutines of one call may run at the same time.
 */
final class CallCoroutineElement extends AbstractCoroutineContextElement
		implements ThreadContextElement<CallCoroutineElement.Previous> {

	private static final CoroutineContext.Key<CallCoroutineElement> KEY = new CoroutineContext.Key<>() {
	};

	private final @Nullable Map<String, String> mdc;

	private final List<CallScope<@Nullable Object>> scopes;

	/**
	 * Create it where the call starts its handler, on that thread.
	 */
	CallCoroutineElement(ServerCallGuard guard) {
		super(KEY);
		this.mdc = MDC.getCopyOfContextMap();
		this.scopes = guard.in().scopes();
	}

	@Override
	public Previous updateThreadContext(CoroutineContext context) {
		Previous previous = new Previous(MDC.getCopyOfContextMap(), new Object[this.scopes.size()]);
		set(this.mdc);
		for (int i = 0; i < this.scopes.size(); i++) {
			previous.scopes[i] = this.scopes.get(i).enter();
		}
		return previous;
	}

	@Override
	public void restoreThreadContext(CoroutineContext context, Previous previous) {
		for (int i = this.scopes.size() - 1; i >= 0; i--) {
			this.scopes.get(i).exit(previous.scopes[i]);
		}
		set(previous.mdc);
	}

	private static void set(@Nullable Map<String, String> mdc) {
		if (mdc != null) {
			MDC.setContextMap(mdc);
		}
		else {
			MDC.clear();
		}
	}

	/**
	 * The state of a thread before a coroutine ran on it.
	 *
	 * @param mdc the MDC
	 * @param scopes the previous state of each scope
	 */
	record Previous(@Nullable Map<String, String> mdc, @Nullable Object[] scopes) {
	}

}
