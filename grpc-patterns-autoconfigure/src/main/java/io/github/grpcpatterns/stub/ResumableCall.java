/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stub;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import io.github.grpcpatterns.internal.backoff.ClientCallOrigin;
import io.github.grpcpatterns.internal.backoff.OwnRetries;
import io.github.grpcpatterns.internal.backoff.Pause;
import io.github.grpcpatterns.internal.backoff.RetryWaits;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.concurrent.Trampoline;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the calls of one resumable stream, one after the other, for its observer.
 * <p>
 * A call is used within {@link #out} only, by one thread at a time. Its callbacks come
 * one at a time from the channel, and the next call is made after the last callback of
 * the one before, so the observer is never called by two threads; the fields that only
 * callbacks touch need no more than that.
 *
 * @param <ReqT> the type of the request
 * @param <RespT> the type of the messages
 */
final class ResumableCall<ReqT, RespT> implements ResumableStream.Running, OwnRetries {

	private static final Logger logger = LoggerFactory.getLogger(ResumableStream.class);

	private static final Status CANCELLED = Status.CANCELLED.withDescription("cancelled by the caller");

	private final Channel channel;

	private final MethodDescriptor<ReqT, RespT> method;

	private final CallOptions callOptions;

	private final Function<@Nullable RespT, ReqT> request;

	private final StreamObserver<? super RespT> responses;

	private final boolean autoRequest;

	private final ClientCallOrigin origin;

	private volatile RetryWaits waits = RetryWaits.DEFAULTS;

	private volatile @Nullable CallTimer timer;

	private volatile boolean cancelled;

	private final AtomicBoolean ended = new AtomicBoolean();

	private volatile @Nullable Pause pause;

	/** Asked for and not yet received. Grows within {@link #out}. */
	private final AtomicLong demand = new AtomicLong();

	private final Trampoline out = new Trampoline();

	private @Nullable ResumableAttempt<ReqT, RespT> live;

	private boolean givenUp;

	// Callbacks only

	private @Nullable RespT last;

	private final Reopening reopening = new Reopening();

	ResumableCall(Channel channel, MethodDescriptor<ReqT, RespT> method, CallOptions callOptions,
			Function<@Nullable RespT, ReqT> request, StreamObserver<? super RespT> responses, boolean autoRequest) {
		this.channel = channel;
		this.method = method;
		this.callOptions = callOptions.withOption(OwnRetries.KEY, this);
		this.origin = new ClientCallOrigin(callOptions);
		this.request = request;
		this.responses = responses;
		this.autoRequest = autoRequest;
		if (autoRequest) {
			this.demand.set(1);
		}
	}

	@Override
	public void settings(RetryWaits waits, CallTimer timer) {
		this.waits = waits;
		this.timer = timer;
	}

	/**
	 * Make the first call.
	 */
	void start() {
		this.out.tryEnter(); // succeeds, because this is not published yet
		try {
			open();
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

	@Override
	public void request(int count) {
		if (count < 1) {
			throw new IllegalArgumentException("count: " + count + " (expected: >= 1)");
		}
		if (this.out.tryEnter()) {
			try {
				ask(count);
			}
			finally {
				this.out.exit();
			}
		}
		else {
			this.out.execute(() -> askOrCancel(count));
		}
	}

	@Override
	public void cancel() {
		this.cancelled = true;
		Pause pause = this.pause;
		if (pause != null) {
			pause.cancel(CANCELLED);
		}
		this.out.execute(() -> cancelLive("cancelled by the caller", null));
	}

	// Within 'out'

	private void open() {
		Context previous = this.origin.context().attach();
		try {
			ReqT request = this.request.apply(this.last);
			ResumableAttempt<ReqT, RespT> attempt = new ResumableAttempt<>(this, this.method,
					this.channel.newCall(this.method, this.callOptions));
			attempt.start(request, this.demand.get());
			this.live = attempt;
		}
		finally {
			this.origin.context().detach(previous);
		}
	}

	private void reopen() {
		if (this.givenUp) {
			return;
		}
		if (this.cancelled) {
			handOver(() -> end(CANCELLED, new Metadata()));
			return;
		}
		try {
			open();
		}
		catch (Throwable ex) {
			giveUp();
			handOver(() -> end(Status.UNKNOWN.withDescription("the stream cannot be reopened").withCause(ex),
					new Metadata()));
		}
	}

	/**
	 * The latest call could not be made, though it may have ended by itself.
	 */
	private void giveUp() {
		this.givenUp = true;
		Pause pause = this.pause;
		if (pause != null) {
			pause.abandon();
		}
	}

	private void ask(int count) {
		this.demand.getAndUpdate((now) -> (now > Long.MAX_VALUE - count) ? Long.MAX_VALUE : now + count);
		if (this.live != null) {
			this.live.request(count);
		}
	}

	/**
	 * Ask on a thread whose caller is not the one that asks.
	 */
	private void askOrCancel(int count) {
		try {
			ask(count);
		}
		catch (Throwable ex) {
			cancelLive("cannot request messages", ex);
		}
	}

	private void cancelLive(String message, @Nullable Throwable cause) {
		if (this.live != null && !this.live.cancelAndDrain(message, cause)) {
			handOver(() -> end(Status.CANCELLED.withDescription(message).withCause(cause), new Metadata()));
		}
	}

	// From a call

	void received(RespT message) {
		if (this.cancelled) {
			return;
		}
		this.demand.decrementAndGet();
		this.last = message;
		this.responses.onNext(message);
		if (this.autoRequest) {
			request(1);
		}
	}

	void closed(Status status, Metadata trailers, boolean progress, long livedMillis) {
		this.out.execute(() -> this.live = null);
		if (status.isOk() || this.cancelled) {
			end(status.isOk() ? status : CANCELLED, status.isOk() ? trailers : new Metadata());
			return;
		}
		long wait = waitMillis(status, trailers, progress, livedMillis);
		if (wait == Reopening.NEVER || this.origin.context().isCancelled() || !this.origin.roomFor(wait)) {
			end(status, trailers);
			return;
		}
		logger.debug("Reopening {} in {} ms after {}", this.method.getFullMethodName(), wait, status.getCode());
		Pause pause = this.origin.pause(timer(), () -> this.out.execute(this::reopen), this::end);
		this.pause = pause;
		pause.begin(wait, status, trailers);
		if (this.cancelled) {
			pause.cancel(CANCELLED);
		}
	}

	private long waitMillis(Status status, Metadata trailers, boolean progress, long livedMillis) {
		try {
			return this.reopening.waitMillis(status, trailers, progress, livedMillis, this.waits);
		}
		catch (Throwable ex) { // or the observer would never hear of the end
			logger.warn("Cannot decide whether to reopen {}", this.method.getFullMethodName(), ex);
			return Reopening.NEVER;
		}
	}

	private void end(Status status, Metadata trailers) {
		if (!this.ended.compareAndSet(false, true)) {
			return;
		}
		try {
			if (status.isOk()) {
				this.responses.onCompleted();
			}
			else {
				this.responses.onError(new StatusRuntimeException(status, trailers));
			}
		}
		catch (Throwable ex) {
			logger.warn("The observer of a stream of {} failed at its end", this.method.getFullMethodName(), ex);
		}
	}

	private void handOver(Runnable task) {
		this.origin.handOver(task, timer());
	}

	private CallTimer timer() {
		CallTimer timer = this.timer;
		return (timer != null) ? timer : CallTimer.standalone();
	}

}
