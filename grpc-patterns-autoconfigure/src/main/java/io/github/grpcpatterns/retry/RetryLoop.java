/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.retry;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.github.grpcpatterns.internal.backoff.ClientCallOrigin;
import io.github.grpcpatterns.internal.backoff.Pause;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.concurrent.Trampoline;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Runs the attempts of one call, one after the other, and ends the call once.
 * <p>
 * <b>Out.</b> Everything the caller does, and the start of attempts, goes through one
 * {@link Trampoline}, so that an attempt is used by one thread at a time, in order, and
 * no thread waits for a lock. The fields below {@link #out} belong to it.
 * <p>
 * <b>In.</b> The callbacks of a {@link RetryAttempt} come one at a time from its
 * transport. The next attempt starts only after the last callback of the one before.
 *
 * @param <ReqT> the type of the requests
 * @param <RespT> the type of the responses
 */
final class RetryLoop<ReqT, RespT> {

	private final RetryClientInterceptor shared;

	private final RetryPolicy policy;

	private final RetryDecision decision;

	private final MethodDescriptor<ReqT, RespT> method;

	private final CallOptions callOptions;

	private final Channel channel;

	private final ClientCallOrigin origin;

	/** Written by {@link #start}, before the listener. */
	private Metadata headers = new Metadata();

	private volatile ClientCall.@Nullable Listener<RespT> listener;

	private final AtomicReference<@Nullable Status> cancelled = new AtomicReference<>();

	private final AtomicBoolean ended = new AtomicBoolean();

	/** The latest attempt, whatever its state. */
	private volatile @Nullable RetryAttempt<ReqT, RespT> attempt;

	private volatile @Nullable Pause pause;

	final Trampoline out = new Trampoline();

	final Replay<ReqT> replay;

	private int attempts;

	private boolean givenUp;

	RetryLoop(RetryClientInterceptor shared, RetryPolicy policy, MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel channel) {
		this.shared = shared;
		this.policy = policy;
		this.method = method;
		this.callOptions = callOptions;
		this.channel = channel;
		this.origin = new ClientCallOrigin(callOptions);
		this.decision = new RetryDecision(shared, policy, channel.authority(), this.origin);
		this.replay = new Replay<>(shared, policy, method);
	}

	// From the caller

	void start(ClientCall.Listener<RespT> listener, Metadata headers) {
		this.headers = headers;
		this.listener = listener;
		if (!this.out.tryEnter()) {
			this.out.execute(this::next); // a cancel on another thread is inside
			return;
		}
		try {
			begin();
		}
		catch (Throwable ex) {
			this.ended.set(true); // the caller has the exception
			giveUp();
			throw ex;
		}
		finally {
			this.out.exit();
		}
	}

	void cancel(@Nullable String message, @Nullable Throwable cause) {
		Status status = Status.CANCELLED.withDescription((message != null) ? message : "Call cancelled without message")
			.withCause(cause);
		if (!this.cancelled.compareAndSet(null, status) || this.listener == null) {
			return;
		}
		// A pause that begins after this looks at 'cancelled', so that one of the two
		// ends it.
		Pause pause = this.pause;
		if (pause != null) {
			pause.cancel(status);
		}
		this.out.execute(() -> {
			RetryAttempt<ReqT, RespT> attempt = this.attempt;
			if (attempt != null) {
				attempt.cancel(message, cause);
			}
		});
	}

	boolean cancelledByCaller() {
		return this.cancelled.get() != null;
	}

	@Nullable RetryAttempt<ReqT, RespT> attempt() {
		return this.attempt;
	}

	/**
	 * Return the call that takes what the caller does, {@code null} where that is for the
	 * next attempt.
	 */
	@Nullable ClientCall<ReqT, RespT> live() {
		RetryAttempt<ReqT, RespT> attempt = this.attempt;
		return (attempt != null) ? attempt.live() : null;
	}

	// Within 'out'

	private void begin() {
		Status cancelled = (this.attempts > 0) ? cancelled() : this.cancelled.get();
		if (cancelled != null) {
			handOver(() -> end(cancelled, new Metadata()));
			return;
		}
		int number = ++this.attempts;
		CallRecord record = CallRecord.of(this.callOptions);
		if (record != null) {
			record.attempts(number);
		}
		RetryAttempt<ReqT, RespT> attempt = new RetryAttempt<>(this, this.policy, this.replay.last());
		this.attempt = attempt;
		Context previous = this.origin.context().attach();
		try {
			this.replay.to(attempt.start(this.headers, number));
		}
		finally {
			this.origin.context().detach(previous);
		}
	}

	/**
	 * Begin an attempt on a thread that is not the caller's.
	 */
	private void next() {
		if (this.givenUp) {
			return;
		}
		try {
			begin();
		}
		catch (Throwable ex) {
			giveUp();
			Metadata trailers = Status.trailersFromThrowable(ex);
			handOver(() -> end(Status.fromThrowable(ex), (trailers != null) ? trailers : new Metadata()));
		}
	}

	/**
	 * The latest attempt could not be started, though it may have ended by itself.
	 */
	private void giveUp() {
		this.givenUp = true;
		RetryAttempt<ReqT, RespT> attempt = this.attempt;
		if (attempt != null) {
			attempt.abandon();
		}
		Pause pause = this.pause;
		if (pause != null) {
			pause.abandon();
		}
		this.replay.forget();
	}

	// From an attempt

	ClientCall<ReqT, RespT> newCall(AttemptTracer tracer) {
		return this.channel.newCall(this.method, this.callOptions.withStreamTracerFactory(tracer));
	}

	boolean waitsForReady() {
		return this.callOptions.isWaitForReady();
	}

	CallTimer timer() {
		return this.shared.timer();
	}

	String methodName() {
		return this.method.getFullMethodName();
	}

	void channelRetries() {
		this.shared.channelRetries(String.valueOf(this.channel.authority()));
	}

	/**
	 * Return how the caller or the surrounding {@link Context} has cancelled the call,
	 * {@code null} if neither has.
	 */
	@Nullable Status cancelled() {
		Status cancelled = this.cancelled.get();
		Context context = this.origin.context();
		return (cancelled == null && context.isCancelled()) ? Contexts.statusFromCancelled(context) : cancelled;
	}

	ClientCall.Listener<RespT> listener() {
		ClientCall.Listener<RespT> listener = this.listener;
		if (listener == null) {
			throw new IllegalStateException("Not started");
		}
		return listener;
	}

	/**
	 * Something came back: there will be no other attempt.
	 */
	void committed() {
		this.out.execute(this.replay::forget);
	}

	/**
	 * An attempt is late, noticed on the timer's thread. Its cancel does not wait for the
	 * executor of the call, whose threads may all be busy.
	 */
	void late(RetryAttempt<ReqT, RespT> attempt) {
		this.origin.runAway(() -> this.out.execute(() -> attempt.cancel("attempt-timeout", null)), timer());
	}

	void succeeded(Status status, Metadata trailers) {
		this.decision.afterSuccess();
		end(status, trailers);
	}

	/**
	 * An attempt failed before anything came back.
	 */
	void failed(Status status, Metadata trailers, boolean harmless) {
		long millis = this.decision.afterFailure(status, trailers, harmless, cancelled() == null);
		if (millis < 0) {
			end(status, trailers);
			return;
		}
		Pause pause = this.origin.pause(timer(), () -> this.out.execute(this::next), this::end);
		this.pause = pause;
		pause.begin(millis, status, trailers);
		Status cancelled = this.cancelled.get();
		if (cancelled != null) {
			pause.cancel(cancelled);
		}
	}

	/**
	 * An attempt failed after which there can be no other.
	 */
	void failedForGood(Status status, Metadata trailers) {
		this.decision.afterLastFailure(status, trailers);
		end(status, trailers);
	}

	void handOver(Runnable task) {
		this.origin.handOver(task, timer());
	}

	/**
	 * Tell the caller of the end, once.
	 */
	private void end(Status status, Metadata trailers) {
		if (this.ended.compareAndSet(false, true)) {
			this.out.execute(this.replay::forget);
			listener().onClose(status, trailers);
		}
	}

}
