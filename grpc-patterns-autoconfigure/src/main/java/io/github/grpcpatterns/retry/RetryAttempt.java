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
 * One attempt of a {@link RetryCall}, and the listener of its callbacks. What each state
 * allows is decided by compare-and-set, so that a late timer, an overfull buffer, headers
 * and the close exclude each other.
 *
 * @param <ReqT> the type of the requests
 * @param <RespT> the type of the responses
 */
final class RetryAttempt<ReqT, RespT> extends ClientCall.Listener<RespT> {

	private static final Logger LOGGER = LoggerFactory.getLogger(RetryAttempt.class);

	private final RetryCall<ReqT, RespT> owner;

	private final RetryPolicy policy;

	private final AtomicReference<State> state;

	private final AttemptTracer tracer;

	private volatile @Nullable ClientCall<ReqT, RespT> call;

	/** Whether the attempt's call may be asked. */
	private volatile boolean started;

	private volatile @Nullable Runnable unschedule;

	RetryAttempt(RetryCall<ReqT, RespT> owner, RetryPolicy policy, boolean last) {
		this.owner = owner;
		this.policy = policy;
		this.state = new AtomicReference<>(last ? State.PINNED : State.OPEN);
		this.tracer = new AttemptTracer(owner::channelRetries);
	}

	// Within 'out' of the owner

	void start(Metadata headers) {
		ClientCall<ReqT, RespT> call = this.owner.newCall(this.tracer);
		this.call = call;
		long timeout = this.policy.attemptTimeoutNanos();
		if (timeout != Long.MAX_VALUE) {
			this.unschedule = this.owner.timer().schedule(this::late, timeout);
		}
		call.start(this, headers);
		this.started = true;
	}

	ClientCall<ReqT, RespT> call() {
		ClientCall<ReqT, RespT> call = this.call;
		if (call == null) {
			throw new IllegalStateException("Not started");
		}
		return call;
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
		catch (RuntimeException ex) {
			LOGGER.warn("Cannot cancel an attempt of {}", this.owner.methodName(), ex);
		}
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

	private void late() {
		if (this.state.compareAndSet(State.OPEN, State.LATE)
				|| this.state.compareAndSet(State.PINNED, State.LATE_PINNED)) {
			this.owner.timer().executor().execute(() -> this.owner.serially(() -> cancel("attempt-timeout", null)));
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
