/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallDrain;

/**
 * Notifies the handler of a call that the server is shutting down, so that a stream can
 * end by itself: save its position, send a last message, complete. <pre>{@code
 * public void watch(WatchRequest request, StreamObserver<Price> responses) {
 *     Subscription prices = this.feed.subscribe(request, responses::onNext);
 *     Drain.current().onDrain(() -> {
 *         prices.cancel();
 *         responses.onCompleted();
 *     });
 * }
 * }</pre>
 * <p>
 * With {@code grpc.patterns.server.shutdown}, handlers are notified when the application
 * closes and the server has sent GOAWAY, and calls that remain after the
 * {@code drain-timeout} are ended as {@code UNAVAILABLE}, reason
 * {@link EndReason#SERVER_DRAINING}. If that pattern is disabled, or the server stops
 * while the application does not close, handlers are not notified.
 */
public final class Drain {

	private final CallDrain drain;

	private Drain(CallDrain drain) {
		this.drain = drain;
	}

	/**
	 * Return the drain of the call being handled, on each thread that has the
	 * {@link io.grpc.Context} of the call.
	 * @return the drain, outside of calls one that never begins
	 */
	public static Drain current() {
		return new Drain(CallDrain.current());
	}

	/**
	 * Return whether the server is going away. From any thread; for handlers that send in
	 * a loop.
	 * @return whether the handler should come to its end
	 */
	public boolean isDraining() {
		return this.drain.isDraining();
	}

	/**
	 * Run something once, when the server begins to go away: at once if it already does,
	 * never where the call is over before that.
	 * <p>
	 * The task runs like a callback of the call, in its {@link io.grpc.Context} and with
	 * its MDC and security context, and never at the same time as a callback: a handler
	 * that blocks in one hears of the drain when it returns, or asks
	 * {@link #isDraining()}. An exception that leaves the task ends the call, as one of a
	 * callback does. Called from outside a callback while the server goes away, the task
	 * runs before this method returns, unless a callback is under way: then it runs
	 * behind it.
	 * @param task what to run; several run in the order in which they were given
	 */
	public void onDrain(Runnable task) {
		this.drain.onDrain(task);
	}

	/**
	 * End the call now, as what is left is ended after the {@code drain-timeout}:
	 * {@code UNAVAILABLE}, reason {@link EndReason#SERVER_DRAINING}. From any thread; for
	 * streams without an end of their own, which would look whole if they were completed,
	 * while a client that sees this goes on elsewhere. What is sent after it is dropped.
	 * Before the server begins to go away, and where the call is over, this does nothing.
	 */
	public void end() {
		this.drain.end();
	}

}
