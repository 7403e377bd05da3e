package io.github.grpcpatterns.stub;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import io.github.grpcpatterns.internal.backoff.ClientCallOrigin;
import io.github.grpcpatterns.internal.backoff.OwnRetries;
import io.github.grpcpatterns.internal.backoff.RetryWaits;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.concurrent.Trampoline;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream to its observer, one call after the other to the channel.
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

	private volatile ClientCallOrigin.@Nullable Pause pause;

	/** Asked for and not yet received. Grows within {@link #out}. */
	private final AtomicLong demand = new AtomicLong();

	private final Trampoline out = new Trampoline();

	private @Nullable ClientCall<ReqT, RespT> live;

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
		this.out.tryEnter(); // succeeds, for nobody else knows this yet
		try {
			open();
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
			this.out.execute(() -> ask(count));
		}
	}

	@Override
	public void cancel() {
		this.cancelled = true;
		ClientCallOrigin.Pause pause = this.pause;
		if (pause != null) {
			pause.cancel(CANCELLED);
		}
		this.out.execute(this::cancelLive);
	}

	// Within 'out'

	private void open() {
		ReqT request = this.request.apply(this.last);
		ClientCall<ReqT, RespT> call = this.channel.newCall(this.method, this.callOptions);
		Attempt attempt = new Attempt();
		try {
			call.start(attempt, new Metadata());
			long demand = this.demand.get();
			if (demand > 0) {
				call.request((int) Math.min(demand, Integer.MAX_VALUE));
			}
			call.sendMessage(request);
			if (this.method.getType() == MethodDescriptor.MethodType.SERVER_STREAMING) {
				call.halfClose(); // else it would end what the request began
			}
			this.live = call;
		}
		catch (RuntimeException | Error ex) {
			attempt.abandoned = true;
			call.cancel("the call could not be made", ex);
			throw ex;
		}
	}

	private void reopen() {
		if (this.cancelled) {
			end(CANCELLED, new Metadata());
			return;
		}
		try {
			open();
		}
		catch (RuntimeException | Error ex) {
			end(Status.UNKNOWN.withDescription("the stream cannot be reopened").withCause(ex), new Metadata());
		}
	}

	private void ask(int count) {
		this.demand.getAndUpdate((now) -> (now > Long.MAX_VALUE - count) ? Long.MAX_VALUE : now + count);
		if (this.live != null) {
			this.live.request(count);
		}
	}

	private void cancelLive() {
		if (this.live != null) {
			this.live.cancel("cancelled by the caller", null);
			// Within the process, a stream that the server closed ends behind its
			// messages only, cancelled or not: they are dropped.
			this.live.request(Integer.MAX_VALUE);
		}
	}

	// Between two calls

	private void closed(Status status, Metadata trailers, boolean progress, long livedMillis) {
		if (status.isOk() || this.cancelled) {
			end(status.isOk() ? status : CANCELLED, status.isOk() ? trailers : new Metadata());
			return;
		}
		long wait = this.reopening.waitMillis(status, trailers, progress, livedMillis, this.waits);
		if (wait == Reopening.NEVER || this.origin.context().isCancelled() || !this.origin.roomFor(wait)) {
			end(status, trailers);
			return;
		}
		logger.debug("Reopening {} in {} ms after {}", this.method.getFullMethodName(), wait, status.getCode());
		ClientCallOrigin.Pause pause = this.origin.pause(timer(), () -> this.out.execute(this::reopen),
				(cancelled) -> end(cancelled, new Metadata()));
		this.pause = pause;
		pause.begin(wait);
		if (this.cancelled) {
			pause.cancel(CANCELLED);
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
		catch (RuntimeException ex) {
			logger.warn("The observer of a stream of {} failed at its end", this.method.getFullMethodName(), ex);
		}
	}

	private CallTimer timer() {
		CallTimer timer = this.timer;
		return (timer != null) ? timer : CallTimer.standalone();
	}

	/**
	 * The listener of one call.
	 */
	private final class Attempt extends ClientCall.Listener<RespT> {

		private final long startNanos = System.nanoTime();

		private volatile boolean abandoned;

		private boolean progress;

		@Override
		public void onMessage(RespT message) {
			if (ResumableCall.this.cancelled || this.abandoned) {
				return;
			}
			this.progress = true;
			ResumableCall.this.demand.decrementAndGet();
			ResumableCall.this.last = message;
			ResumableCall.this.responses.onNext(message);
			if (ResumableCall.this.autoRequest) {
				request(1);
			}
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			if (this.abandoned) {
				return;
			}
			ResumableCall.this.out.execute(() -> ResumableCall.this.live = null);
			long lived = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - this.startNanos);
			closed(status, trailers, this.progress, lived);
		}

	}

}
