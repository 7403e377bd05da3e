/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import io.github.grpcpatterns.internal.status.CallEnding;
import org.jspecify.annotations.Nullable;

/**
 * Whether a server's call is open, and what ended it. Each change happens once, on
 * whichever thread comes first. <pre>
 * OPEN → CLOSING → CLOSED     the handler closes, or a fault of the call does; the close
 *                             may wait behind messages
 * OPEN, CLOSING → ENDED       a policy ends the call
 * OPEN, CLOSING → GONE        the client cancels, or its connection is lost
 * OPEN → REFUSED              a policy refuses the call before its handler starts
 * </pre>
 */
final class CallState {

	private static final Object OPEN = "open";

	/** Cancelled by the client or the loss of its connection. */
	private static final Object GONE = "gone";

	/** A close of the handler's waits behind what was sent before. */
	private static final Object CLOSING = "closing";

	/** Closed by the handler, or by an interceptor of the user's. */
	private static final Object CLOSED = "closed";

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(CallState.class, "state", Object.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/** One of the constants, or an {@link Ended}. */
	private volatile Object state = OPEN;

	private boolean change(Object from, Object to) {
		return STATE.compareAndSet(this, from, to);
	}

	boolean open() {
		return this.state == OPEN;
	}

	/**
	 * Return whether a policy may end the call: nothing has, or a close waits.
	 */
	boolean alive() {
		return alive(this.state);
	}

	private static boolean alive(Object state) {
		return state == OPEN || state == CLOSING || is(state, How.FAULT_CLOSING);
	}

	/**
	 * Return whether a policy ended the call.
	 */
	boolean ended() {
		return policyEnding() != null;
	}

	boolean gone() {
		return this.state == GONE;
	}

	/**
	 * Return whether the handler closed the call, though its close may wait.
	 */
	boolean closed() {
		Object state = this.state;
		return state == CLOSED || state == CLOSING;
	}

	/**
	 * Return whether callbacks go on to the handler: nothing ended the call but the
	 * handler itself or the client, which is told in its turn.
	 */
	boolean listening() {
		return !(this.state instanceof Ended);
	}

	private static boolean is(Object state, How how) {
		return state instanceof Ended ended && ended.how() == how;
	}

	/**
	 * Return whether a close has gone out: nothing may follow it.
	 */
	boolean passed() {
		Object state = this.state;
		return state == CLOSED || is(state, How.FAULT) || is(state, How.REFUSED);
	}

	/**
	 * Return how something other than the handler ended the call.
	 */
	@Nullable CallEnding ending() {
		return (this.state instanceof Ended ended) ? ended.ending() : null;
	}

	/**
	 * Return how a policy ended the call.
	 */
	@Nullable CallEnding policyEnding() {
		return (this.state instanceof Ended ended && ended.how().policy) ? ended.ending() : null;
	}

	/**
	 * Return whether a policy ended the call, or refused it.
	 */
	boolean byPolicy() {
		return this.state instanceof Ended ended && (ended.how().policy || ended.how() == How.REFUSED);
	}

	/**
	 * Return whether a policy ended the call, which is not to be repeated where that
	 * could do harm.
	 */
	boolean endedForGood() {
		return is(this.state, How.POLICY_FOR_GOOD);
	}

	/**
	 * A policy refuses the call, closes it itself, and there is no handler.
	 */
	boolean refuse(CallEnding ending) {
		return change(OPEN, new Ended(ending, How.REFUSED));
	}

	/**
	 * A fault of the call closes it, behind what was sent before.
	 */
	boolean fail(CallEnding ending) {
		return change(OPEN, new Ended(ending, How.FAULT_CLOSING));
	}

	/**
	 * What was sent before did not go out, or the close itself: the fault replaces it.
	 * @return whether it may still close the call
	 */
	boolean failSending(CallEnding ending) {
		Ended fault = new Ended(ending, How.FAULT);
		for (Object state = this.state; alive(state) || state == CLOSED; state = this.state) {
			if (change(state, fault)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * A policy ends the call, closes it, and tells the handler.
	 * @param forGood whether the client must not repeat a call that its handler has begun
	 * @return whether it does, {@code false} where something else was faster
	 */
	boolean end(CallEnding ending, boolean forGood) {
		Ended ended = new Ended(ending, forGood ? How.POLICY_FOR_GOOD : How.POLICY);
		for (Object state = this.state; alive(state); state = this.state) {
			if (change(state, ended)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * The client or the transport cancels.
	 */
	void cancel() {
		Object state = this.state;
		while (alive(state) && !change(state, GONE)) {
			state = this.state;
		}
	}

	/**
	 * Somebody closes the call from outside the guard.
	 */
	void close() {
		change(OPEN, CLOSED);
	}

	/**
	 * The handler closes the call.
	 * @return whether it may, {@code false} where something else ended it
	 * @throws IllegalStateException if it has closed it already
	 */
	boolean handlerCloses() {
		if (change(OPEN, CLOSING)) {
			return true;
		}
		if (closed()) {
			throw new IllegalStateException("call already closed");
		}
		return false;
	}

	/**
	 * The close that waited is about to go out.
	 * @return whether it may, {@code false} where a policy or the client was faster
	 */
	boolean closePasses() {
		Object state = this.state;
		if (state instanceof Ended ended) {
			return ended.how() == How.FAULT_CLOSING && change(state, new Ended(ended.ending(), How.FAULT));
		}
		return change(CLOSING, CLOSED);
	}

	/**
	 * The handler sends.
	 * @return whether it may, {@code false} where something else ended the call
	 * @throws IllegalStateException if it has closed it already
	 */
	boolean handlerMaySend() {
		Object state = this.state;
		if (state == CLOSED || state == CLOSING) {
			throw new IllegalStateException("call is closed");
		}
		return state == OPEN;
	}

	/**
	 * How something other than the handler ended the call.
	 *
	 * @param ending what goes over the wire
	 * @param how who closes, and who tells the handler
	 */
	private record Ended(CallEnding ending, How how) {
	}

	private enum How {

		/** We close, and tell the handler. */
		POLICY(true),

		/** As a policy, for good. */
		POLICY_FOR_GOOD(true),

		/** We close when what was sent before has gone out. */
		FAULT_CLOSING(false),

		/** We have closed, and the transport tells the handler. */
		FAULT(false),

		/** What refused the call closed it, and there is no handler. */
		REFUSED(false);

		private final boolean policy;

		How(boolean policy) {
			this.policy = policy;
		}

	}

}
