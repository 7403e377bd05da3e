package io.github.grpcpatterns.retry;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.github.grpcpatterns.internal.backoff.ClientCallOrigin;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.concurrent.Trampoline;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call that may take several attempts, one after the other. What the caller sends is
 * kept until an attempt is final, and sent again to each new one.
 * <p>
 * <b>Out.</b> What the caller does and the start of attempts go through one
 * {@link Trampoline}, so that an attempt is used by one thread at a time, in order, and
 * nobody waits for a lock. The fields below {@link #out} belong to it.
 * <p>
 * <b>In.</b> The callbacks of a {@link RetryAttempt} come one at a time from its
 * transport. The next attempt starts only after the last callback of the one before.
 *
 * @param <ReqT> the type of the requests
 * @param <RespT> the type of the responses
 */
final class RetryCall<ReqT, RespT> extends ClientCall<ReqT, RespT> {

	private static final Logger LOGGER = LoggerFactory.getLogger(RetryCall.class);

	static final Metadata.Key<String> PREVIOUS_ATTEMPTS = Metadata.Key.of("grpc-previous-rpc-attempts",
			Metadata.ASCII_STRING_MARSHALLER);

	private final RetryClientInterceptor shared;

	private final RetryPolicy policy;

	private final RetryDecision decision;

	private final String authority;

	private final MethodDescriptor<ReqT, RespT> method;

	private final CallOptions callOptions;

	private final Channel channel;

	private final ClientCallOrigin origin;

	private volatile @Nullable Listener<RespT> listener;

	private @Nullable Metadata headers;

	private volatile boolean halfClosed;

	private final AtomicReference<@Nullable Status> cancelled = new AtomicReference<>();

	private final AtomicBoolean ended = new AtomicBoolean();

	/** The latest attempt, whatever its state. */
	private volatile @Nullable RetryAttempt<ReqT, RespT> attempt;

	private volatile ClientCallOrigin.@Nullable Pause pause;

	private final Trampoline out = new Trampoline();

	private final SentMessages<ReqT> sent;

	/** The buffer overflowed between two attempts: the next is the last. */
	private boolean lastNext;

	private boolean halfCloseSent;

	private long requested;

	private int attempts;

	RetryCall(RetryClientInterceptor shared, RetryPolicy policy, RetryBudget budget, String authority,
			MethodDescriptor<ReqT, RespT> method, CallOptions callOptions, Channel channel) {
		this.shared = shared;
		this.policy = policy;
		this.authority = authority;
		this.method = method;
		this.callOptions = callOptions;
		this.channel = channel;
		this.sent = new SentMessages<>(shared, policy, method);
		this.origin = new ClientCallOrigin(callOptions);
		this.decision = new RetryDecision(policy, budget, shared::random, this.origin);
	}

	// What the caller does

	@Override
	public void start(Listener<RespT> responseListener, Metadata headers) {
		if (this.listener != null) {
			throw new IllegalStateException("Already started");
		}
		checkNotCancelled();
		this.headers = headers;
		this.listener = responseListener;
		if (this.out.tryEnter()) {
			try {
				begin();
			}
			catch (RuntimeException | Error ex) {
				giveUp();
				throw ex;
			}
			finally {
				this.out.exit();
			}
		}
		else {
			this.out.execute(this::beginOrFail); // a cancel on another thread
		}
	}

	@Override
	public void sendMessage(ReqT message) {
		checkStarted();
		checkNotCancelled();
		if (this.halfClosed) {
			throw new IllegalStateException("call was half-closed");
		}
		pass(() -> send(message));
	}

	@Override
	public void setMessageCompression(boolean enabled) {
		checkStarted();
		pass(() -> compress(enabled));
	}

	@Override
	public void halfClose() {
		checkStarted();
		checkNotCancelled();
		if (this.halfClosed) {
			throw new IllegalStateException("call already half-closed");
		}
		this.halfClosed = true;
		pass(this::sendHalfClose);
	}

	@Override
	public void request(int numMessages) {
		checkStarted();
		if (numMessages < 0) {
			throw new IllegalArgumentException("Number requested must be non-negative");
		}
		pass(() -> ask(numMessages));
	}

	@Override
	public void cancel(@Nullable String message, @Nullable Throwable cause) {
		Status status = Status.CANCELLED.withDescription((message != null) ? message : "Call cancelled without message")
			.withCause(cause);
		if (!this.cancelled.compareAndSet(null, status) || this.listener == null) {
			return;
		}
		// Who begins to wait after this looks at 'cancelled', so that one of the two ends
		// the wait.
		ClientCallOrigin.Pause pause = this.pause;
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

	@Override
	public boolean isReady() {
		RetryAttempt<ReqT, RespT> attempt = this.attempt;
		return !this.halfClosed && attempt != null && attempt.ready();
	}

	@Override
	public Attributes getAttributes() {
		RetryAttempt<ReqT, RespT> attempt = this.attempt;
		return (attempt != null) ? attempt.attributes() : Attributes.EMPTY;
	}

	private void checkStarted() {
		if (this.listener == null) {
			throw new IllegalStateException("Not started");
		}
	}

	private void checkNotCancelled() {
		if (this.cancelled.get() != null) {
			throw new IllegalStateException("call was cancelled");
		}
	}

	/**
	 * Run what the caller does, now or right behind what runs at the moment.
	 */
	private void pass(Runnable task) {
		if (this.out.tryEnter()) {
			try {
				task.run();
			}
			finally {
				this.out.exit();
			}
		}
		else {
			this.out.execute(() -> orCancel(task));
		}
	}

	// Within 'out'

	private void begin() {
		Status cancelled = this.cancelled.get();
		if (cancelled != null) {
			handOver(() -> end(cancelled, new Metadata()));
			return;
		}
		int number = ++this.attempts;
		CallRecord record = CallRecord.of(this.callOptions);
		if (record != null) {
			record.attempts(number);
		}
		RetryAttempt<ReqT, RespT> attempt = new RetryAttempt<>(this, this.policy,
				!this.sent.keeping() || this.lastNext);
		this.attempt = attempt;
		Context context = this.origin.context();
		Context previous = context.attach();
		try {
			attempt.start(headers(number));
			if (this.requested > 0) {
				attempt.call().request((int) Math.min(this.requested, Integer.MAX_VALUE));
			}
			this.sent.sendTo(attempt.call());
			if (this.halfCloseSent) {
				attempt.call().halfClose();
			}
		}
		finally {
			context.detach(previous);
		}
		if (this.lastNext) {
			this.sent.forget();
		}
	}

	private Metadata headers(int number) {
		Metadata fresh = new Metadata();
		Metadata headers = this.headers;
		if (headers != null) {
			fresh.merge(headers); // what is further in adds to it
		}
		if (number > 1) {
			fresh.discardAll(PREVIOUS_ATTEMPTS);
			fresh.put(PREVIOUS_ATTEMPTS, Integer.toString(number - 1));
		}
		return fresh;
	}

	private void beginOrFail() {
		try {
			begin();
		}
		catch (Throwable ex) {
			giveUp();
			Status status = Status.fromThrowable(ex);
			handOver(() -> end(status, trailers(ex)));
		}
	}

	private static Metadata trailers(Throwable ex) {
		Metadata trailers = Status.trailersFromThrowable(ex);
		return (trailers != null) ? trailers : new Metadata();
	}

	/**
	 * The latest attempt could not be started.
	 */
	private void giveUp() {
		RetryAttempt<ReqT, RespT> attempt = this.attempt;
		if (attempt != null) {
			attempt.abandon();
		}
		this.sent.forget();
	}

	/**
	 * Run what an inner interceptor may fail at, on a thread that is not the caller's.
	 */
	private void orCancel(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			LOGGER.debug("An attempt of {} does not take what is sent", this.method.getFullMethodName(), ex);
			cancel("Failed to send", ex);
		}
	}

	private void send(ReqT message) {
		if (this.sent.keeping()) {
			keep(message);
		}
		ClientCall<ReqT, RespT> live = live();
		if (live != null) {
			live.sendMessage(message);
		}
	}

	private void keep(ReqT message) {
		long size = this.sent.size(message);
		if (this.sent.keep(message, size)) {
			return;
		}
		RetryAttempt<ReqT, RespT> attempt = this.attempt;
		if (attempt == null || attempt.pin()) {
			this.sent.forget();
			return;
		}
		this.lastNext = true; // until then there is no other place for it
		this.sent.keepAnyway(message, size);
	}

	private void compress(boolean enabled) {
		if (this.sent.keeping()) {
			this.sent.compression(enabled);
		}
		ClientCall<ReqT, RespT> live = live();
		if (live != null) {
			live.setMessageCompression(enabled);
		}
	}

	private void sendHalfClose() {
		this.halfCloseSent = true;
		ClientCall<ReqT, RespT> live = live();
		if (live != null) {
			live.halfClose();
		}
	}

	private void ask(int numMessages) {
		this.requested += numMessages;
		ClientCall<ReqT, RespT> live = live();
		if (live != null) {
			live.request(numMessages);
		}
	}

	private @Nullable ClientCall<ReqT, RespT> live() {
		RetryAttempt<ReqT, RespT> attempt = this.attempt;
		return (attempt != null) ? attempt.live() : null;
	}

	// What an attempt needs and tells

	ClientCall<ReqT, RespT> newCall(AttemptTracer tracer) {
		return this.channel.newCall(this.method, this.callOptions.withStreamTracerFactory(tracer));
	}

	CallTimer timer() {
		return this.shared.timer();
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

	String methodName() {
		return this.method.getFullMethodName();
	}

	void channelRetries() {
		this.shared.channelRetries(this.authority);
	}

	Listener<RespT> listener() {
		Listener<RespT> listener = this.listener;
		if (listener == null) {
			throw new IllegalStateException("Not started");
		}
		return listener;
	}

	/**
	 * Run something that uses an attempt's call.
	 */
	void serially(Runnable task) {
		this.out.execute(task);
	}

	/**
	 * Something came back: there will be no other attempt.
	 */
	void committed() {
		this.out.execute(this.sent::forget);
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
		ClientCallOrigin.Pause pause = this.origin.pause(timer(), () -> this.out.execute(this::beginOrFail),
				(cancelled) -> end(cancelled, new Metadata()));
		this.pause = pause;
		pause.begin(millis);
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

	private void handOver(Runnable task) {
		this.origin.handOver(task, timer().callbacks());
	}

	/**
	 * Tell the caller of the end, once.
	 */
	private void end(Status status, Metadata trailers) {
		Listener<RespT> listener = this.listener;
		if (listener != null && this.ended.compareAndSet(false, true)) {
			this.out.execute(this.sent::forget);
			listener.onClose(status, trailers);
		}
	}

}
