/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stub;

import io.github.grpcpatterns.internal.call.CallDrain;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies a writer when its call is over, and ends the call when the server drains: an
 * incomplete stream must not look complete.
 */
final class CallEnd {

	private static final Logger logger = LoggerFactory.getLogger(StreamWriter.class);

	private final ServerCallStreamObserver<?> responses;

	private final Context context = Context.current();

	private final CallDrain drain = CallDrain.current();

	private final @Nullable CallRecord call = CallRecord.current();

	private CallEnd(ServerCallStreamObserver<?> responses) {
		this.responses = responses;
	}

	/**
	 * Watch a call, from within the method of its service.
	 * @param over run within the callbacks of the call when it is over, more than once
	 * perhaps
	 * @throws IllegalStateException if the method has already returned
	 */
	static CallEnd watch(ServerCallStreamObserver<?> responses, Runnable over) {
		responses.setOnCancelHandler(over); // without one, onNext throws after a cancel
		responses.setOnCloseHandler(over);
		CallEnd end = new CallEnd(responses);
		end.drain.onDrain(end.drain::end);
		return end;
	}

	/**
	 * Return whether there is nobody left to send to. The call's own flag turns only
	 * after the callback that is under way; its context does at once, and the drain says
	 * so before it is this call's turn to hear of it.
	 */
	boolean reached() {
		this.drain.end(); // if it has begun
		return this.responses.isCancelled() || this.context.isCancelled();
	}

	/**
	 * The call could not be closed, as where an interceptor of the application throws: it
	 * ends as if a callback had thrown that.
	 */
	void failed(Throwable ex) {
		ServerCallGuard guard = (this.call != null) ? this.call.guardIfAny() : null;
		if (guard != null) {
			guard.thrown(ex);
		}
		else {
			logger.warn("Cannot end a stream", ex);
		}
	}

}
