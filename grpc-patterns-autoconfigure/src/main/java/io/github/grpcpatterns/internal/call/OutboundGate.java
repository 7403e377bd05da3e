/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

/**
 * Decides when the messages that a handler sends are passed to the transport, and how
 * much may be pending. A call has at most one, set before the handler starts; without
 * one, messages are passed on at once.
 * <p>
 * A gate that holds a message back calls {@link ServerCallGuard#outboundChanged()} when
 * that may have changed.
 */
public interface OutboundGate {

	/**
	 * The handler sends a message. Called on the handler's thread.
	 * @param message the message
	 * @return whether it may ever go, {@code false} where it crosses a limit: it is
	 * dropped, and the gate has seen to the end of the call
	 */
	boolean offered(Object message);

	/**
	 * Return whether the next message may go now, and if so take what it costs: a token
	 * of a rate. If not, see to it that word is left when it may. Called by one thread at
	 * a time, as {@link #awaitReady}, {@link #release} and {@link #over}.
	 * @return whether it may go
	 */
	boolean open();

	/**
	 * Return whether a message would go at once. From any thread.
	 * @return whether the handler may send
	 */
	boolean ready();

	/**
	 * Return whether the message that went was the last for a while, so that the handler
	 * may no longer send: it is told when it may, whether or not it asks.
	 * @return whether the gate is shut for a reason of its own, and not the transport's
	 */
	boolean exhausted();

	/**
	 * The handler waits to hear that it may send: see to it that word is left when
	 * {@link #ready()} turns true, unless the transport tells so by itself.
	 */
	void awaitReady();

	/**
	 * Make room for a message that has to wait. Called on the handler's thread.
	 * @param message the message
	 * @return its size, negative where there is no room and the gate has ended the call
	 */
	long hold(Object message);

	/**
	 * A message that waited is about to go.
	 * @param size its size
	 */
	void release(long size);

	/**
	 * What waits is dropped, and nothing is to wait any more. From any thread.
	 */
	void dropped();

	/**
	 * Nothing goes out any more: what waits is dropped.
	 */
	void over();

}
