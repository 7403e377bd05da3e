/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.util.concurrent.atomic.AtomicReference;

import io.grpc.Attributes;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt of a {@link RetryLoop}, and the listener of its callbacks. What each state
 * allows is decided by compare-and-set, so that a late timer, an overfull buffer, headers
 * and the close exclude each other.
 *
 * @param <ReqT> the type of the requests
 * @param <RespT> the type of the responses
 */
final class RetryAttempt<ReqT, RespT> extends ClientCall.Listener<RespT> {

	private static final Logger logger = LoggerFactory.getLogger(RetryAttempt.class);

	static final Metadata.Key<String> PREVIOUS_ATTEMPTS = Metadata.Key.of("grpc-previous-rpc-attempts",
			Metadata.ASCII_STRING_MARSHALLER);

	private final RetryLoop<ReqT, RespT> owner;

	private final RetryPolicy policy;

	private final AtomicReference<State> state;

	private final AttemptTracer tracer;

	private volatile @Nullable ClientCall<ReqT, RespT> call;

	/** Whether the attempt's call may be asked. */
	private volatile boolean started;

	private volatile @Nullable Runnable unschedule;

	RetryAttempt(RetryLoop<ReqT, RespT> owner, RetryPolicy policy, boolean last) {
		this.owner = owner;
		this.policy = policy;
		this.state = new AtomicReference<>(last ? State.PINNED : State.OPEN);
		this.tracer = new AttemptTracer(owner::channelRetries, this::stopTimer, this::startTimer);
	}

	// Within 'out' of the owner

	/**
	 * Start the attempt.
	 * @param headers the headers of the call, which do not change
	 * @param number the number of the attempt, the first is 1
	 * @return the attempt's call
	 */
	ClientCall<ReqT, RespT> start(Metadata headers, int number) {
		ClientCall<ReqT, RespT> call = this.owner.newCall(this.tracer);
		this.call = call;
		if (!this.owner.waitsForReady()) {
			startTimer();
		}
		call.start(this, fresh(headers, number));
		this.started = true;
		return call;
	}

	private static Metadata fresh(Metadata headers, int number) {
		Metadata fresh = new Metadata();
		fresh.merge(headers); // interceptors further in add to it
		if (number > 1) {
			fresh.discardAll(PREVIOUS_ATTEMPTS);
			fresh.put(PREVIOUS_ATTEMPTS, Integer.toString(number - 1));
		}
		return fresh;
	}

	/**
	 * Return the call that takes what the caller does, {@code null} where that is for the
	 * next attempt: one that is late has been cancelled, and would throw.
	 */
	@Nullable ClientCall<ReqT, RespT> live() {
		return (this.started && takes()) ? this.call : null;
	}

	void cancel(@Nullable String message, @Nullable Throwable cause) {
		ClientCall<ReqT, RespT> call = this.call;
		if (call == null) {
			return;
		}
		try {
			call.cancel(message, cause);
		}
		catch (Throwable ex) { // of an interceptor: nothing may come back any more
			logger.warn("Cannot cancel an attempt of {}", this.owner.methodName(), ex);
			this.owner.handOver(() -> onClose(cancelled(ex), new Metadata()));
		}
	}

	private Status cancelled(Throwable ex) {
		Status cancelled = this.owner.cancelled();
		return (cancelled != null) ? cancelled : Status.CANCELLED.withCause(ex);
	}

	/**
	 * Make this the last attempt.
	 * @return whether it is; otherwise it is over, or nearly so
	 */
	boolean pin() {
		this.state.compareAndSet(State.OPEN, State.PINNED);
		State state = this.state.get();
		return state == State.PINNED || state == State.ANSWERED || state == State.LATE_PINNED;
	}

	void abandon() {
		this.state.set(State.CLOSED);
		stopTimer();
		cancel("The attempt could not be started", null);
	}

	// From anywhere

	boolean ready() {
		ClientCall<ReqT, RespT> live = live();
		return live != null && live.isReady();
	}

	Attributes attributes() {
		ClientCall<ReqT, RespT> call = this.call;
		return (call != null) ? call.getAttributes() : Attributes.EMPTY;
	}

	/**
	 * Return whether the attempt takes what the caller does.
	 */
	private boolean takes() {
		State state = this.state.get();
		return state == State.OPEN || state == State.PINNED || state == State.ANSWERED;
	}

	/**
	 * The time of the attempt begins: with its start or, if it waits for the channel to
	 * become ready, when it gets a connection. Another attempt would only wait likewise.
	 */
	private void startTimer() {
		long timeout = this.policy.attemptTimeoutNanos();
		if (timeout == Long.MAX_VALUE) {
			return;
		}
		stopTimer();
		this.unschedule = this.owner.timer().schedule(this::late, timeout);
		State state = this.state.get();
		if (state != State.OPEN && state != State.PINNED) {
			stopTimer(); // it was over, or answered, before the timer was there
		}
	}

	private void late() {
		if (this.state.compareAndSet(State.OPEN, State.LATE)
				|| this.state.compareAndSet(State.PINNED, State.LATE_PINNED)) {
			this.owner.late(this);
		}
	}

	private void stopTimer() {
		Runnable unschedule = this.unschedule;
		if (unschedule != null) {
			unschedule.run();
		}
	}

	// From the transport

	/**
	 * Something came back.
	 * @return whether the caller is to have it
	 */
	private boolean answered() {
		if (this.state.get() == State.ANSWERED) {
			return true;
		}
		this.started = true;
		if (this.state.compareAndSet(State.OPEN, State.ANSWERED)
				|| this.state.compareAndSet(State.PINNED, State.ANSWERED)) {
			stopTimer();
			this.owner.committed();
			return true;
		}
		return false;
	}

	@Override
	public void onHeaders(Metadata headers) {
		if (answered()) {
			this.owner.listener().onHeaders(headers);
		}
	}

	@Override
	public void onMessage(RespT message) {
		if (answered()) {
			this.owner.listener().onMessage(message);
		}
	}

	@Override
	public void onReady() {
		this.started = true; // 'start' may still be about to return
		if (takes()) {
			this.owner.listener().onReady();
		}
	}

	@Override
	public void onClose(Status status, Metadata trailers) {
		State before = this.state.getAndSet(State.CLOSED);
		if (before == State.CLOSED) {
			return;
		}
		stopTimer();
		boolean late = before == State.LATE || before == State.LATE_PINNED;
		if (late) {
			Status cancelled = this.owner.cancelled(); // the caller wanted that too
			status = (cancelled != null) ? cancelled
					: Status.DEADLINE_EXCEEDED.withDescription("no response headers within attempt-timeout");
			trailers = new Metadata();
		}
		if (status.isOk()) {
			this.owner.succeeded(status, trailers);
		}
		else if (before == State.OPEN || before == State.LATE) {
			this.owner.failed(status, trailers, harmless(status.getCode(), late));
		}
		else {
			this.owner.failedForGood(status, trailers);
		}
	}

	/**
	 * Return whether another attempt can do no harm.
	 */
	private boolean harmless(Status.Code code, boolean late) {
		if (this.policy.idempotent()) {
			return true;
		}
		if (this.policy.idempotentOnly()) {
			return false;
		}
		boolean here = late || code == Status.Code.DEADLINE_EXCEEDED;
		return (!here && this.tracer.answered()) || this.tracer.neverLeft(here);
	}

	private enum State {

		/** Nothing came back. */
		OPEN,

		/** Nothing came back, but what was sent is gone: there is no other attempt. */
		PINNED,

		/** Response headers came. */
		ANSWERED,

		/** Nothing came back in time; the attempt is being cancelled. */
		LATE,

		/** The same of an attempt that is the last. */
		LATE_PINNED,

		/** Over. */
		CLOSED

	}

}
