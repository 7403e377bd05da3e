/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.grpc.Context;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Propagates the gRPC {@link Context}, with the correlation id and the identity in it, to
 * executors and Reactor, and keeps the MDC in sync: our id is set and removed with its
 * context, and any other id is restored afterwards.
 */
final class GrpcContextThreadLocalAccessor implements ThreadLocalAccessor<Context> {

	static final String KEY = "grpc.patterns.context";

	/** The thread's previous value in the MDC. */
	private static final ThreadLocal<@Nullable String> PREVIOUS = new ThreadLocal<>();

	@Override
	public Object key() {
		return KEY;
	}

	@Override
	public @Nullable Context getValue() {
		Context context = Context.current();
		return (context != Context.ROOT) ? context : null;
	}

	@Override
	public void setValue(Context context) {
		String before = CallRecord.currentCorrelationId();
		context.attach();
		String id = CallRecord.currentCorrelationId();
		if (id != null) {
			String previous = CorrelationScope.put(id);
			if (before == null) {
				PREVIOUS.set(previous);
			}
		}
		else if (before != null) {
			CorrelationScope.restore(PREVIOUS.get());
			PREVIOUS.remove();
		}
	}

	@Override
	public void setValue() {
		setValue(Context.ROOT);
	}

}
