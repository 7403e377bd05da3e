package io.github.grpcpatterns;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Ends a server's call safely, whatever the handler is doing at that moment. There is one
 * for each call, and every policy that ends calls uses it.
 * <p>
 * Two trampolines keep things apart, neither of which blocks:
 * <ul>
 * <li><em>out</em>, innermost, where the handler sends: headers, messages and the close.
 * The thread that sends runs it; a policy that closes meanwhile leaves its close there,
 * and the sender runs it before it returns.</li>
 * <li><em>in</em>, outermost, where the transport calls back: {@code startCall} and every
 * callback run inline on the call's executor. Our own {@code onCancel} runs on the pool
 * of the {@link CallTimer} when nothing is under way, else on the thread of the callback
 * that is, right behind it; callbacks that arrive meanwhile wait likewise.</li>
 * </ul>
 * When a policy ends a call, from any thread: from that moment {@code isCancelled()} is
 * true and what the handler sends is dropped; the call is closed through the innermost
 * call, so that every interceptor of the stack sees the status; the handler's
 * {@link Context} is cancelled; the handler's {@code onCancel} runs; what the transport
 * calls after that is swallowed.
 */
public final class ServerCallGuard {

	/**
	 * How long a report waits for trailers that the transport cannot get rid of, because
	 * the client does not read.
	 */
	private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(5);

	/**
	 * Clients end a call by their own clock, and their reset may be here before our
	 * timer.
	 */
	private static final long DEADLINE_MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final Object OPEN = "open";

	/** Closed by the handler, or by an interceptor of the user's. */
	private static final Object CLOSED = "closed";

	/** Cancelled by the client or the loss of its connection. */
	private static final Object GONE = "gone";

	private static final VarHandle STATE;

	private static final VarHandle REPORTED;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			STATE = lookup.findVarHandle(ServerCallGuard.class, "state", Object.class);
			REPORTED = lookup.findVarHandle(ServerCallGuard.class, "reported", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Trampoline in = new Trampoline();

	private final Trampoline out = new Trampoline();

	private final CallRecord record;

	private final Shared shared;

	private final Context.CancellableContext context;

	private final long deadlineNanos;

	private final boolean hasDeadline;

	/**
	 * {@link #OPEN}, {@link #CLOSED}, {@link #GONE}, an {@link Ended}, or {@link Held}.
	 */
	private volatile Object state = OPEN;

	/**
	 * How a policy wanted to end the call while a close was on its way, which counts if
	 * that close is held.
	 */
	private volatile @Nullable CallEnding late;

	@SuppressWarnings("unused") // through REPORTED
	private volatile boolean reported;

	/** The status that went out through the outermost call. */
	private volatile @Nullable Status sent;

	/** Written within {@code out}. */
	private @Nullable ServerCall<?, ?> innermost;

	/** Written within {@code out}. */
	private boolean closedByUs;

	/** Written within {@code in}. */
	private ServerCall.@Nullable Listener<?> listener;

	private @Nullable List<Runnable> cleanups;

	ServerCallGuard(CallRecord record, Context context, Shared shared) {
		this.record = record;
		this.shared = shared;
		this.context = context.withCancellation();
		Deadline deadline = context.getDeadline();
		this.hasDeadline = deadline != null;
		this.deadlineNanos = (deadline != null)
				? shared.timer().nanoTime() + deadline.timeRemaining(TimeUnit.NANOSECONDS) : 0;
	}

	/**
	 * Return the guard of the call being handled on this thread.
	 * @return the guard
	 * @throws IllegalStateException outside a call
	 */
	public static ServerCallGuard current() {
		CallRecord call = CallRecord.current();
		if (call == null) {
			throw new IllegalStateException("no call is being handled on this thread");
		}
		return call.guard();
	}

	/**
	 * Return the record of the call.
	 * @return the record
	 */
	public CallRecord record() {
		return this.record;
	}

	/**
	 * Refuse a call before its handler starts, from within {@code interceptCall}.
	 * @param <T> the type of requests
	 * @param call the call that the interceptor was given, so that the interceptors
	 * outside it see the close
	 * @param reason why
	 * @param details details to add, such as {@code RetryInfo}
	 * @return a listener that ignores what still comes, for the interceptor to return
	 */
	public <T> ServerCall.Listener<T> refuse(ServerCall<T, ?> call, EndReason reason, Message... details) {
		return refuse(call, this.shared.richStatus().ending(reason, this.record, details));
	}

	/**
	 * Refuse a call before its handler starts, from within {@code interceptCall}.
	 * @param <T> the type of requests
	 * @param call the call that the interceptor was given
	 * @param ending how
	 * @return a listener that ignores what still comes, for the interceptor to return
	 */
	public <T> ServerCall.Listener<T> refuse(ServerCall<T, ?> call, CallEnding ending) {
		if (STATE.compareAndSet(this, OPEN, new Ended(ending, false))) {
			call.close(ending.status(), ending.trailers());
		}
		return new ServerCall.Listener<>() {
		};
	}

	/**
	 * End the call, from any thread.
	 * @param reason why
	 * @param details details to add, such as {@code QuotaFailure}
	 * @return whether this ended the call, {@code false} where something else already had
	 */
	public boolean end(EndReason reason, Message... details) {
		return undecided(this.state) && end(this.shared.richStatus().ending(reason, this.record, details));
	}

	/**
	 * End the call, from any thread.
	 * @param ending how
	 * @return whether this ended the call, {@code false} where something else already had
	 */
	public boolean end(CallEnding ending) {
		Object state = this.state;
		Ended ended = new Ended(ending, true);
		while (mayEnd(state) && !STATE.compareAndSet(this, state, ended)) {
			state = this.state;
		}
		if (!mayEnd(state)) {
			this.late = ending;
			return this.state instanceof Held && end(ending);
		}
		boolean held = state != OPEN;
		reportWhenStuck();
		this.out.execute(() -> {
			if (held) {
				this.closedByUs = false; // what went before was held back
			}
			closeInnermost(ending);
			cancelContext();
			this.shared.timer().callbacks().execute(() -> this.in.execute(this::cancelHandler));
		});
		return true;
	}

	private static boolean mayEnd(Object state) {
		return state == OPEN || state instanceof Held;
	}

	/**
	 * Return whether the call may be ended, or a close is on its way that may yet be
	 * held.
	 */
	private boolean undecided(Object state) {
		return mayEnd(state) || (state != GONE && this.sent == null && !ended());
	}

	/**
	 * Hold back the close that is passing, from within {@code close} of an interceptor,
	 * because messages that were sent before wait for the transport. Until
	 * {@link #releaseClose()} a policy may still end the call, with its own status.
	 * @return whether it may be held; {@code false} where a policy is closing
	 */
	public boolean holdClose() {
		Object state = this.state;
		boolean holdable = state == CLOSED || (state instanceof Ended ended && !ended.policy());
		if (!holdable || !STATE.compareAndSet(this, state, new Held(state))) {
			return false;
		}
		CallEnding late = this.late;
		if (late != null) {
			end(late);
		}
		return true;
	}

	/**
	 * Let the close that was held back go on.
	 * @return whether the interceptor must close now; {@code false} where a policy or the
	 * client was faster
	 */
	public boolean releaseClose() {
		Object state = this.state;
		return state instanceof Held held && STATE.compareAndSet(this, state, held.state());
	}

	/**
	 * Run something that sends, so that it never runs at the same time as anything else
	 * that is sent in this call: now, or right behind what is being sent at the moment.
	 * @param send what to run; an exception ends the call
	 */
	public void send(Runnable send) {
		this.out.execute(() -> {
			try {
				send.run();
			}
			catch (RuntimeException ex) {
				thrown(ex);
				end(EndReason.INTERNAL); // where it was closed already, and that is held
			}
		});
	}

	/**
	 * Call the handler back, on the small pool or right behind the callback under way,
	 * unless the call is over by then.
	 * @param callback the callback
	 */
	public void callBack(Runnable callback) {
		this.shared.timer().callbacks().execute(() -> this.in.execute(() -> {
			if (!listening()) {
				return;
			}
			Context previous = this.context.attach();
			try {
				callback.run();
			}
			catch (Throwable ex) {
				thrown(ex);
			}
			finally {
				this.context.detach(previous);
			}
		}));
	}

	/**
	 * End the call when a time has passed, unless it is over by then.
	 * @param delayNanos the time from now
	 * @param reason why
	 */
	public void endAfter(long delayNanos, EndReason reason) {
		whenOver(this.shared.timer().schedule(() -> end(reason), delayNanos));
	}

	/**
	 * Run something when the call is over, on the thread that reports its end, or at once
	 * where it is over already.
	 * @param cleanup what to run; must be short and not throw
	 */
	public void whenOver(Runnable cleanup) {
		synchronized (this) {
			if (!this.reported) {
				if (this.cleanups == null) {
					this.cleanups = new ArrayList<>(2);
				}
				this.cleanups.add(cleanup);
				return;
			}
		}
		cleanup.run();
	}

	/**
	 * End the call because of an exception that left the handler, a callback or an
	 * interceptor. Called on the thread on which it was thrown.
	 * @param thrown the exception or error
	 */
	public void thrown(Throwable thrown) {
		thrown(thrown, new Metadata());
	}

	/**
	 * End the call because of an exception with which the handler closed it.
	 * @param thrown the exception or error
	 * @param trailers what interceptors of the user's added to the close
	 */
	public void thrown(Throwable thrown, Metadata trailers) {
		if (this.state == OPEN && fail(map(thrown, trailers))) {
			return;
		}
		if (closed(this.state)) {
			CallLog.LOGGER.warn("Exception in {} after the call was closed", this.record.methodName(), thrown);
		}
		else {
			CallLog.LOGGER.debug("Exception in {} after the call was ended", this.record.methodName(), thrown);
		}
	}

	private CallEnding map(Throwable thrown, Metadata trailers) {
		CallEnding ending = this.shared.exceptionMapping().map(thrown, this.record);
		if (trailers.keys().isEmpty()) {
			return ending;
		}
		Metadata all = new Metadata();
		all.merge(trailers);
		all.merge(ending.trailers());
		return this.shared.richStatus().ending(ending.reason(), ending.status(), all, this.record);
	}

	/**
	 * End the call for a fault of its own. Unlike after {@link #end(CallEnding)} the
	 * handler hears from the transport how it ended, and its {@link Context} lives until
	 * then.
	 */
	boolean fail(CallEnding ending) {
		if (!STATE.compareAndSet(this, OPEN, new Ended(ending, false))) {
			return false;
		}
		this.out.execute(() -> closeInnermost(ending));
		return true;
	}

	boolean fail(Status status) {
		return fail(failure(status));
	}

	CallEnding failure(Status status) {
		return this.shared.richStatus().ending(EndReason.FAILED, status, new Metadata(), this.record);
	}

	/**
	 * Return whether nothing has ended the call yet.
	 * @return whether the handler may close it
	 */
	public boolean open() {
		return this.state == OPEN;
	}

	/**
	 * Return whether a policy ended the call, an operator included.
	 * @return whether the handler works for nobody
	 */
	public boolean ended() {
		return this.state instanceof Ended ended && ended.policy();
	}

	/**
	 * Return whether the handler may still be heard: nothing ended the call, but the
	 * handler itself may have.
	 */
	boolean listening() {
		Object state = this.state;
		return state == OPEN || closed(state);
	}

	private static boolean closed(Object state) {
		return state == CLOSED || (state instanceof Held held && held.state() == CLOSED);
	}

	boolean handlerCloses() {
		if (STATE.compareAndSet(this, OPEN, CLOSED)) {
			return true;
		}
		if (closed(this.state)) {
			throw new IllegalStateException("call already closed");
		}
		return false;
	}

	boolean handlerMaySend() {
		Object state = this.state;
		if (state != OPEN && closed(state)) {
			throw new IllegalStateException("call is closed");
		}
		return state == OPEN;
	}

	Trampoline in() {
		return this.in;
	}

	Trampoline out() {
		return this.out;
	}

	Context context() {
		return this.context;
	}

	/**
	 * The chain has reached its end: from here on a policy closes through this call.
	 */
	void innermost(ServerCall<?, ?> call) {
		if (this.out.tryEnter()) {
			setInnermost(call);
			this.out.exit();
		}
		else {
			this.out.execute(() -> setInnermost(call));
		}
	}

	private void setInnermost(ServerCall<?, ?> call) {
		if (this.innermost == null) {
			this.innermost = call;
			if (this.state instanceof Ended ended && ended.policy()) {
				closeInnermost(ended.ending());
			}
		}
	}

	/**
	 * The chain is set up. Called within {@code in}.
	 */
	void started(ServerCall.Listener<?> listener) {
		this.listener = listener;
	}

	private void closeInnermost(CallEnding ending) {
		ServerCall<?, ?> call = this.innermost;
		if (call == null || this.closedByUs) {
			return;
		}
		this.closedByUs = true;
		try {
			call.close(ending.status(), ending.trailers());
		}
		catch (RuntimeException ex) {
			CallLog.LOGGER.warn("Cannot close a call of {}", this.record.methodName(), ex);
		}
	}

	private void cancelContext() {
		try {
			// Always CANCELLED: the status of the cause becomes the status of the calls
			// that the handler has made.
			this.context.cancel(Status.CANCELLED.withDescription(EndReason.CANCELLED.status().getDescription())
				.asRuntimeException());
		}
		catch (RuntimeException ex) {
			CallLog.LOGGER.warn("A listener of the context of {} failed", this.record.methodName(), ex);
		}
	}

	private void cancelHandler() {
		ServerCall.Listener<?> listener = this.listener;
		if (listener == null) {
			return;
		}
		Context previous = this.context.attach();
		try {
			listener.onCancel();
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("The cancel handler of {} failed", this.record.methodName(), ex);
		}
		finally {
			this.context.detach(previous);
		}
	}

	/**
	 * The outermost call is being closed. Whoever closes, and whatever wraps the call,
	 * the first close counts.
	 * @return whether to close
	 */
	boolean closing(Status status, boolean ready) {
		if (this.sent != null) {
			return false;
		}
		this.sent = status;
		STATE.compareAndSet(this, OPEN, CLOSED);
		if (!ready) {
			reportWhenStuck();
		}
		return true;
	}

	/**
	 * The transport closed the stream, told on one of its threads. The callbacks of a
	 * call that a policy ended may wait behind its handler; its report does not.
	 */
	void transportClosed() {
		if (ended()) {
			this.shared.timer().callbacks().execute(() -> report(false));
		}
	}

	void cancelledByTransport() {
		Object state = this.state;
		while (mayEnd(state) && !STATE.compareAndSet(this, state, GONE)) {
			state = this.state;
		}
	}

	private void reportWhenStuck() {
		whenOver(this.shared.timer()
			.schedule(() -> this.shared.timer().callbacks().execute(() -> report(false)), STUCK_NANOS));
	}

	/**
	 * Decide what the call ended with and report it, once. Called after the transport's
	 * last word, on the call's executor or the pool.
	 * @param cancelled whether the last callback was {@code onCancel}
	 */
	void report(boolean cancelled) {
		if (!REPORTED.compareAndSet(this, false, true)) {
			return;
		}
		long now = this.shared.timer().nanoTime();
		Status transport = this.record.transportStatus();
		Status sent = this.sent;
		if (sent != null && ((transport != null) ? transport.getCode() == sent.getCode() : !cancelled)) {
			// A handler whose own calls fail because the client cancelled closes with
			// that status too.
			this.record.end(sent, (cancelled && !ended()) ? EndReason.of(sent.getCode()) : reason(sent), now);
		}
		else {
			Status seen = seen(transport, now);
			this.record.end(seen, EndReason.of(seen.getCode()), now);
		}
		if (this.record.exceptionUnknown()) {
			CallLog.LOGGER.error("Unhandled exception in {}", this.record.methodName(), this.record.exception());
		}
		cleanUp();
	}

	private EndReason reason(Status sent) {
		if (this.state instanceof Ended ended && ended.ending().status().getCode() == sent.getCode()) {
			return ended.ending().reason();
		}
		return sent.isOk() ? EndReason.COMPLETED : EndReason.FAILED;
	}

	/**
	 * What the transport saw where it did not deliver our close.
	 */
	private Status seen(@Nullable Status transport, long now) {
		Status.Code code = (transport != null) ? transport.getCode() : Status.Code.CANCELLED;
		boolean lost = code == Status.Code.UNAVAILABLE;
		if (transport != null && !lost && code != Status.Code.CANCELLED && !transport.isOk()) {
			return (code == Status.Code.DEADLINE_EXCEEDED) ? EndReason.DEADLINE.status() : transport;
		}
		long end = this.record.endNanos(now);
		long margin = Math.min(DEADLINE_MARGIN_NANOS, (this.deadlineNanos - this.record.startNanos()) / 10);
		if (this.hasDeadline && !lost && end >= this.deadlineNanos - margin) {
			return EndReason.DEADLINE.status();
		}
		return EndReason.CANCELLED.status();
	}

	private void cleanUp() {
		List<Runnable> cleanups;
		synchronized (this) {
			cleanups = this.cleanups;
			this.cleanups = null;
		}
		if (cleanups != null) {
			cleanups.forEach(Runnable::run);
		}
	}

	/**
	 * How something other than the handler ended the call.
	 *
	 * @param ending what goes over the wire
	 * @param policy whether the handler is told by us, and not by the transport
	 */
	private record Ended(CallEnding ending, boolean policy) {
	}

	/**
	 * A close of the handler's that waits behind what was sent before.
	 *
	 * @param state {@link #CLOSED}, or an {@link Ended} that is not a policy's
	 */
	private record Held(Object state) {
	}

	/**
	 * What all guards of an application share.
	 *
	 * @param timer the timer
	 * @param richStatus makes statuses
	 * @param exceptionMapping maps exceptions
	 */
	record Shared(CallTimer timer, RichStatus richStatus, ExceptionMapping exceptionMapping) {
	}

}
