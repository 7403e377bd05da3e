package io.github.grpcpatterns.retry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.github.grpcpatterns.CallRecord;
import io.github.grpcpatterns.Trampoline;
import io.github.resilience4j.retry.Retry;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
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
 * <b>In.</b> The callbacks of an attempt come one at a time from its transport. The next
 * attempt starts only after the last callback of the one before. What each state of an
 * {@link Attempt} allows is decided by compare-and-set, so that a late timer, an overfull
 * buffer, headers and the close exclude each other.
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

	private final RetryBudget budget;

	private final String authority;

	private final MethodDescriptor<ReqT, RespT> method;

	private final CallOptions callOptions;

	private final Channel channel;

	/** A timer's thread has none, and the call's deadline and cancel hang on it. */
	private final Context context = Context.current();

	private volatile @Nullable Listener<RespT> listener;

	private @Nullable Metadata headers;

	private volatile boolean halfClosed;

	private final AtomicReference<@Nullable Status> cancelled = new AtomicReference<>();

	private final AtomicBoolean ended = new AtomicBoolean();

	/** The latest attempt, whatever its state. */
	private volatile @Nullable Attempt attempt;

	private volatile @Nullable Wait waiting;

	/** Made with the first failure: most calls need none. */
	private Retry.@Nullable AsyncContext<Object> retry;

	/** Waits since the start or since the server's last pushback. */
	private int waits;

	private final Trampoline out = new Trampoline();

	private final List<Sent<ReqT>> buffer = new ArrayList<>(2);

	private long buffered;

	/** Whether another attempt may have to send again what is sent now. */
	private boolean keeping;

	/** The buffer overflowed between two attempts: the next is the last. */
	private boolean lastNext;

	private boolean halfCloseSent;

	private long requested;

	private int attempts;

	RetryCall(RetryClientInterceptor shared, RetryPolicy policy, RetryBudget budget, String authority,
			MethodDescriptor<ReqT, RespT> method, CallOptions callOptions, Channel channel) {
		this.shared = shared;
		this.policy = policy;
		this.budget = budget;
		this.authority = authority;
		this.method = method;
		this.callOptions = callOptions;
		this.channel = channel;
		this.keeping = policy.repeats();
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
		if (this.out.tryEnter()) {
			try {
				send(message);
			}
			finally {
				this.out.exit();
			}
		}
		else {
			this.out.execute(() -> orCancel(() -> send(message)));
		}
	}

	@Override
	public void setMessageCompression(boolean enabled) {
		checkStarted();
		if (this.out.tryEnter()) {
			try {
				compress(enabled);
			}
			finally {
				this.out.exit();
			}
		}
		else {
			this.out.execute(() -> orCancel(() -> compress(enabled)));
		}
	}

	@Override
	public void halfClose() {
		checkStarted();
		checkNotCancelled();
		if (this.halfClosed) {
			throw new IllegalStateException("call already half-closed");
		}
		this.halfClosed = true;
		if (this.out.tryEnter()) {
			try {
				sendHalfClose();
			}
			finally {
				this.out.exit();
			}
		}
		else {
			this.out.execute(() -> orCancel(this::sendHalfClose));
		}
	}

	@Override
	public void request(int numMessages) {
		checkStarted();
		if (numMessages < 0) {
			throw new IllegalArgumentException("Number requested must be non-negative");
		}
		if (this.out.tryEnter()) {
			try {
				ask(numMessages);
			}
			finally {
				this.out.exit();
			}
		}
		else {
			this.out.execute(() -> orCancel(() -> ask(numMessages)));
		}
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
		Wait wait = this.waiting;
		if (wait != null) {
			wait.end(status);
		}
		this.out.execute(() -> {
			Attempt attempt = this.attempt;
			if (attempt != null) {
				attempt.cancel(message, cause);
			}
		});
	}

	@Override
	public boolean isReady() {
		Attempt attempt = this.attempt;
		return !this.halfClosed && attempt != null && attempt.ready();
	}

	@Override
	public Attributes getAttributes() {
		Attempt attempt = this.attempt;
		ClientCall<ReqT, RespT> call = (attempt != null) ? attempt.call : null;
		return (call != null) ? call.getAttributes() : Attributes.EMPTY;
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
		Attempt attempt = new Attempt(!this.keeping || this.lastNext);
		this.attempt = attempt;
		Context previous = this.context.attach();
		try {
			attempt.start(headers(number));
			if (this.requested > 0) {
				attempt.call().request((int) Math.min(this.requested, Integer.MAX_VALUE));
			}
			for (Sent<ReqT> sent : this.buffer) {
				sent.to(attempt.call());
			}
			if (this.halfCloseSent) {
				attempt.call().halfClose();
			}
		}
		finally {
			this.context.detach(previous);
		}
		if (this.lastNext) {
			forget();
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
		Attempt attempt = this.attempt;
		if (attempt != null) {
			attempt.abandon();
		}
		forget();
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
		if (this.keeping) {
			keep(message);
		}
		ClientCall<ReqT, RespT> live = live();
		if (live != null) {
			live.sendMessage(message);
		}
	}

	private void keep(ReqT message) {
		long size = MessageSize.of(this.method, message);
		boolean fits = size >= 0 && size <= this.policy.bufferLimit() - this.buffered && this.shared.reserve(size);
		if (!fits) {
			Attempt attempt = this.attempt;
			if (attempt == null || attempt.pin()) {
				forget();
				return;
			}
			this.lastNext = true; // until then there is no other place for it
			size = Math.max(0, size);
			this.shared.claim(size);
		}
		this.buffered += size;
		this.buffer.add((call) -> call.sendMessage(message));
	}

	private void compress(boolean enabled) {
		if (this.keeping) {
			this.buffer.add((call) -> call.setMessageCompression(enabled));
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
		Attempt attempt = this.attempt;
		return (attempt != null) ? attempt.live() : null;
	}

	private void forget() {
		this.keeping = false;
		this.buffer.clear();
		this.shared.release(this.buffered);
		this.buffered = 0;
	}

	// Between two attempts

	/**
	 * Decide what follows an attempt that failed before anything came back.
	 */
	private void failed(Status status, Metadata trailers, boolean safe) {
		boolean retryable = this.policy.codes().contains(status.getCode());
		long pushback = Pushback.millis(trailers);
		boolean again = retryable && safe;
		if (retryable || pushback == Pushback.STOP) {
			again = this.budget.failed() && again && pushback != Pushback.STOP;
		}
		long wait = (pushback >= 0) ? pushback : this.policy.backoffMillis(this.waits, this.shared.random());
		again = again && this.cancelled.get() == null && !this.context.isCancelled() && roomFor(wait);
		long decided = tell(status, trailers, again, wait);
		if (decided < 0 || (decided > wait && !roomFor(decided))) {
			end(status, trailers);
			return;
		}
		this.waits = (pushback >= 0) ? 0 : this.waits + 1;
		new Wait().begin(decided);
	}

	private boolean roomFor(long millis) {
		long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
		return remains(this.callOptions.getDeadline(), nanos) && remains(this.context.getDeadline(), nanos);
	}

	private static boolean remains(@Nullable Deadline deadline, long nanos) {
		return deadline == null || deadline.timeRemaining(TimeUnit.NANOSECONDS) > nanos;
	}

	/**
	 * Tell Resilience4j of an attempt that failed.
	 * @return its decision: milliseconds to wait, or a negative number to stop
	 */
	private long tell(Status status, Metadata trailers, boolean again, long waitMillis) {
		try {
			return retry().onError(new AttemptFailure(status, trailers, again, waitMillis));
		}
		catch (RuntimeException ex) {
			LOGGER.warn("A listener of the retries of {} failed", this.method.getFullMethodName(), ex);
			return -1;
		}
	}

	private void tellSuccess() {
		try {
			retry().onComplete();
		}
		catch (RuntimeException ex) {
			LOGGER.warn("A listener of the retries of {} failed", this.method.getFullMethodName(), ex);
		}
	}

	private Retry.AsyncContext<Object> retry() {
		Retry.AsyncContext<Object> retry = this.retry;
		if (retry == null) {
			retry = this.policy.retry().asyncContext();
			this.retry = retry;
		}
		return retry;
	}

	/**
	 * Run something where the callbacks of the call run: a blocking stub hears of nothing
	 * that happens elsewhere.
	 */
	private void handOver(Runnable task) {
		Runnable inContext = this.context.wrap(task);
		if (this.callOptions.getExecutor() != null) {
			try {
				this.callOptions.getExecutor().execute(inContext);
				return;
			}
			catch (RejectedExecutionException ex) {
				LOGGER.debug("The executor of a call of {} is closed", this.method.getFullMethodName());
			}
		}
		this.shared.timer().callbacks().execute(inContext);
	}

	/**
	 * Tell the caller of the end, once.
	 */
	private void end(Status status, Metadata trailers) {
		Listener<RespT> listener = this.listener;
		if (listener != null && this.ended.compareAndSet(false, true)) {
			this.out.execute(this::forget);
			listener.onClose(status, trailers);
		}
	}

	/**
	 * The time between two attempts. It ends once: because it is over, or because the
	 * caller or the surrounding {@link Context} cancels the call.
	 */
	private final class Wait implements Context.CancellationListener {

		private final AtomicBoolean over = new AtomicBoolean();

		private volatile @Nullable Runnable unschedule;

		void begin(long millis) {
			RetryCall.this.waiting = this;
			Runnable unschedule = RetryCall.this.shared.timer()
				.schedule(this::goOn, TimeUnit.MILLISECONDS.toNanos(millis));
			this.unschedule = unschedule;
			RetryCall.this.context.addListener(this, Runnable::run);
			Status cancelled = RetryCall.this.cancelled.get();
			if (cancelled != null) {
				end(cancelled);
			}
			if (this.over.get()) { // before all of this was in place
				unschedule.run();
				RetryCall.this.context.removeListener(this);
			}
		}

		/**
		 * On the timer's thread, which must not run what is further in.
		 */
		private void goOn() {
			if (claim()) {
				RetryCall.this.shared.timer()
					.callbacks()
					.execute(() -> handOver(() -> RetryCall.this.out.execute(RetryCall.this::beginOrFail)));
			}
		}

		void end(Status status) {
			if (claim()) {
				Runnable unschedule = this.unschedule;
				if (unschedule != null) {
					unschedule.run();
				}
				handOver(() -> RetryCall.this.end(status, new Metadata()));
			}
		}

		private boolean claim() {
			if (!this.over.compareAndSet(false, true)) {
				return false;
			}
			RetryCall.this.waiting = null;
			RetryCall.this.context.removeListener(this);
			return true;
		}

		@Override
		public void cancelled(Context context) {
			end(Contexts.statusFromCancelled(context));
		}

	}

	/**
	 * What was sent and is kept to be sent again.
	 */
	private interface Sent<ReqT> {

		void to(ClientCall<ReqT, ?> call);

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

	/**
	 * One attempt, and the listener of its callbacks.
	 */
	private final class Attempt extends Listener<RespT> {

		private final AtomicReference<State> state;

		private final AttemptTracer tracer = new AttemptTracer(
				() -> RetryCall.this.shared.channelRetries(RetryCall.this.authority));

		private volatile @Nullable ClientCall<ReqT, RespT> call;

		/** Whether the attempt's call may be asked. */
		private volatile boolean started;

		private volatile @Nullable Runnable unschedule;

		Attempt(boolean last) {
			this.state = new AtomicReference<>(last ? State.PINNED : State.OPEN);
		}

		// Within 'out'

		void start(Metadata headers) {
			ClientCall<ReqT, RespT> call = RetryCall.this.channel.newCall(RetryCall.this.method,
					RetryCall.this.callOptions.withStreamTracerFactory(this.tracer));
			this.call = call;
			long timeout = RetryCall.this.policy.attemptTimeoutNanos();
			if (timeout != Long.MAX_VALUE) {
				this.unschedule = RetryCall.this.shared.timer().schedule(this::late, timeout);
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
		 * Return the call that takes what the caller does, {@code null} where that is for
		 * the next attempt: one that is late has been cancelled, and would throw.
		 */
		@Nullable ClientCall<ReqT, RespT> live() {
			State state = this.state.get();
			boolean takes = state == State.OPEN || state == State.PINNED || state == State.ANSWERED;
			return (this.started && takes) ? this.call : null;
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
				LOGGER.warn("Cannot cancel an attempt of {}", RetryCall.this.method.getFullMethodName(), ex);
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

		private void late() {
			if (this.state.compareAndSet(State.OPEN, State.LATE)
					|| this.state.compareAndSet(State.PINNED, State.LATE_PINNED)) {
				RetryCall.this.shared.timer()
					.callbacks()
					.execute(() -> RetryCall.this.out.execute(() -> cancel("attempt-timeout", null)));
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
				RetryCall.this.out.execute(RetryCall.this::forget);
				return true;
			}
			return false;
		}

		private Listener<RespT> caller() {
			Listener<RespT> listener = RetryCall.this.listener;
			if (listener == null) {
				throw new IllegalStateException("Not started");
			}
			return listener;
		}

		@Override
		public void onHeaders(Metadata headers) {
			if (answered()) {
				caller().onHeaders(headers);
			}
		}

		@Override
		public void onMessage(RespT message) {
			if (answered()) {
				caller().onMessage(message);
			}
		}

		@Override
		public void onReady() {
			this.started = true; // 'start' may still be about to return
			State state = this.state.get();
			if (state == State.OPEN || state == State.PINNED || state == State.ANSWERED) {
				caller().onReady();
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
				status = Status.DEADLINE_EXCEEDED.withDescription("no response headers within attempt-timeout");
				trailers = new Metadata();
			}
			if (status.isOk()) {
				RetryCall.this.budget.succeeded();
				tellSuccess();
				end(status, trailers);
			}
			else if (before == State.OPEN || before == State.LATE) {
				failed(status, trailers, safe(status.getCode(), late));
			}
			else {
				if (RetryCall.this.policy.codes().contains(status.getCode())) {
					RetryCall.this.budget.failed();
				}
				tell(status, trailers, false, 0);
				end(status, trailers);
			}
		}

		/**
		 * Return whether another attempt can do no harm.
		 */
		private boolean safe(Status.Code code, boolean late) {
			if (RetryCall.this.policy.idempotent()) {
				return true;
			}
			if (RetryCall.this.policy.idempotentOnly()) {
				return false;
			}
			boolean here = late || code == Status.Code.DEADLINE_EXCEEDED;
			return (!here && this.tracer.answered()) || this.tracer.neverLeft(here);
		}

	}

}
