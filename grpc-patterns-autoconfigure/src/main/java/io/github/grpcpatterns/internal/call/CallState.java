package io.github.grpcpatterns.internal.call;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import io.github.grpcpatterns.internal.status.CallEnding;
import org.jspecify.annotations.Nullable;

/**
 * Whether a server's call is open, and what ended it. Each change happens once, on
 * whichever thread comes first.
 */
final class CallState {

	private static final Object OPEN = "open";

	/** Closed by the handler, or by an interceptor of the user's. */
	private static final Object CLOSED = "closed";

	/** Cancelled by the client or the loss of its connection. */
	private static final Object GONE = "gone";

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(CallState.class, "state", Object.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/**
	 * {@link #OPEN}, {@link #CLOSED}, {@link #GONE}, an {@link Ended}, or {@link Held}.
	 */
	private volatile Object state = OPEN;

	private boolean change(Object from, Object to) {
		return STATE.compareAndSet(this, from, to);
	}

	boolean open() {
		return this.state == OPEN;
	}

	/**
	 * Return whether a policy may end the call: nothing has, or a close is held back.
	 */
	boolean alive() {
		return alive(this.state);
	}

	private static boolean alive(Object state) {
		return state == OPEN || state instanceof Held;
	}

	/**
	 * Return whether a policy ended the call.
	 */
	boolean ended() {
		return this.state instanceof Ended ended && ended.how() == How.POLICY;
	}

	boolean gone() {
		return this.state == GONE;
	}

	boolean held() {
		return this.state instanceof Held;
	}

	/**
	 * Return whether the handler closed the call, though its close may be held back.
	 */
	boolean closed() {
		return closed(this.state);
	}

	private static boolean closed(Object state) {
		return state == CLOSED || (state instanceof Held held && held.state() == CLOSED);
	}

	/**
	 * Return whether the handler may still be heard: nothing ended the call, but the
	 * handler itself may have.
	 */
	boolean listening() {
		Object state = this.state;
		return state == OPEN || closed(state);
	}

	/**
	 * Return how something other than the handler ended the call.
	 */
	@Nullable CallEnding ending() {
		return (this.state instanceof Ended ended) ? ended.ending() : null;
	}

	/**
	 * Return with what we have to close the call.
	 */
	@Nullable CallEnding toClose() {
		return (this.state instanceof Ended ended && ended.how() != How.REFUSED) ? ended.ending() : null;
	}

	/**
	 * What refuses the call closes it itself, and there is no handler.
	 */
	boolean refuse(CallEnding ending) {
		return change(OPEN, new Ended(ending, How.REFUSED));
	}

	/**
	 * We close, the transport tells the handler.
	 */
	boolean fail(CallEnding ending) {
		return change(OPEN, new Ended(ending, How.FAULT));
	}

	/**
	 * The handler's close failed: as {@link #fail}, whatever the state.
	 */
	void failClosing(CallEnding ending) {
		this.state = new Ended(ending, How.FAULT);
	}

	/**
	 * We close, and tell the handler.
	 * @return what the state was
	 */
	Before end(CallEnding ending) {
		Ended ended = new Ended(ending, How.POLICY);
		for (Object state = this.state; alive(state); state = this.state) {
			if (change(state, ended)) {
				return (state == OPEN) ? Before.OPEN : Before.HELD;
			}
		}
		return Before.OVER;
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
	 * Hold back the close that is passing.
	 * @return whether it is not a policy's
	 */
	boolean hold() {
		Object state = this.state;
		boolean holdable = state == CLOSED || (state instanceof Ended ended && ended.how() != How.POLICY);
		return holdable && change(state, new Held(state));
	}

	boolean release() {
		Object state = this.state;
		return state instanceof Held held && change(state, held.state());
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
		if (change(OPEN, CLOSED)) {
			return true;
		}
		if (closed()) {
			throw new IllegalStateException("call already closed");
		}
		return false;
	}

	/**
	 * The handler sends.
	 * @return whether it may, {@code false} where something else ended the call
	 * @throws IllegalStateException if it has closed it already
	 */
	boolean handlerMaySend() {
		Object state = this.state;
		if (state != OPEN && closed(state)) {
			throw new IllegalStateException("call is closed");
		}
		return state == OPEN;
	}

	/**
	 * What the state was before a policy wanted to end the call.
	 */
	enum Before {

		OPEN, HELD, OVER

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

		POLICY, FAULT, REFUSED

	}

	/**
	 * A close of the handler's that waits behind what was sent before.
	 *
	 * @param state {@link #CLOSED}, or an {@link Ended} that is not a policy's
	 */
	private record Held(Object state) {
	}

}
