package io.github.grpcpatterns.internal.call;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.Message;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.status.CallEnding;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.grpc.Context;
import io.grpc.InternalServer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
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
public final class ServerCallGuard extends LiveCalls.Link {

	/**
	 * How long a report waits for trailers that the transport cannot get rid of, because
	 * the client does not read.
	 */
	private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(5);

	private static final VarHandle REPORTED;

	private static final VarHandle SENT;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			REPORTED = lookup.findVarHandle(ServerCallGuard.class, "reported", boolean.class);
			SENT = lookup.findVarHandle(ServerCallGuard.class, "sent", Status.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final CallRecord record;

	private final Shared shared;

	private final Context.CancellableContext context;

	private final CallState state = new CallState();

	private final CallbackEntry in;

	private final CallExit out;

	private final CallOutcome outcome;

	private final Cleanups cleanups = new Cleanups();

	/**
	 * How a policy wanted to end the call while a close was on its way, which counts if
	 * that close is held.
	 */
	private volatile @Nullable Late late;

	@SuppressWarnings("unused") // through REPORTED
	private volatile boolean reported;

	/** The status that went out through the outermost call. */
	private volatile @Nullable Status sent;

	private volatile @Nullable LeftMessages<?> leftMessages;

	private @Nullable CallDrain drain;

	private volatile boolean handlerBegun;

	ServerCallGuard(CallRecord record, Context context, Shared shared) {
		this.record = record;
		this.shared = shared;
		this.context = context.withCancellation();
		this.in = new CallbackEntry(this, this.context);
		this.out = new CallExit(record, this.state);
		this.outcome = new CallOutcome(record, this.state, context.getDeadline(), shared.timer());
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
	@Override
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
		return refuse(call, this.shared.richStatus().ending(reason, this.record.correlationId(), details));
	}

	/**
	 * Refuse a call before its handler starts, from within {@code interceptCall}.
	 * @param <T> the type of requests
	 * @param call the call that the interceptor was given
	 * @param ending how
	 * @return a listener that ignores what still comes, for the interceptor to return
	 */
	public <T> ServerCall.Listener<T> refuse(ServerCall<T, ?> call, CallEnding ending) {
		if (this.state.refuse(ending)) {
			this.out.close(call, ending);
		}
		return new ServerCall.Listener<>() {
		};
	}

	/**
	 * Refuse a call before its handler starts, because the policy itself failed. It ends
	 * as if the handler had thrown the exception.
	 * @param <T> the type of requests
	 * @param call the call that the interceptor was given
	 * @param thrown the exception or error
	 * @return a listener that ignores what still comes, for the interceptor to return
	 */
	public <T> ServerCall.Listener<T> refuse(ServerCall<T, ?> call, Throwable thrown) {
		return refuse(call, map(thrown, new Metadata()));
	}

	/**
	 * End the call, from any thread.
	 * @param reason why
	 * @param details details to add, such as {@code QuotaFailure}
	 * @return whether this ended the call, {@code false} where something else already had
	 */
	public boolean end(EndReason reason, Message... details) {
		return undecided() && end(this.shared.richStatus().ending(reason, this.record.correlationId(), details));
	}

	/**
	 * End the call, from any thread.
	 * @param ending how
	 * @return whether this ended the call, {@code false} where something else already had
	 */
	public boolean end(CallEnding ending) {
		return end(ending, false);
	}

	/**
	 * End the call, from any thread. Where repeating it could do harm, because the
	 * handler of a method has begun that is not idempotent, the trailers tell the client
	 * not to.
	 * @param reason why
	 * @param details details to add, such as {@code RetryInfo}
	 * @return whether this ended the call, {@code false} where something else already had
	 */
	public boolean endForGood(EndReason reason, Message... details) {
		return undecided() && end(this.shared.richStatus().ending(reason, this.record.correlationId(), details), true);
	}

	private boolean end(CallEnding ending, boolean forGood) {
		CallState.Before before = this.state.end(ending);
		if (before == CallState.Before.OVER) {
			this.late = new Late(ending, forGood);
			return this.state.held() && end(ending, forGood);
		}
		reportWhenStuck();
		this.out.turns().execute(() -> {
			if (before == CallState.Before.HELD) {
				this.out.reopen();
			}
			// The handler says that it begins before it looks at the state: it has begun
			// by now, or it does not any more.
			if (forGood && this.handlerBegun && !idempotent()) {
				ending.trailers().put(RichStatus.PUSHBACK, "-1");
			}
			this.out.close(ending);
			this.shared.timer().callbacks().execute(this::cancel);
		});
		return true;
	}

	private boolean idempotent() {
		MethodDescriptor<?, ?> method = this.record.method();
		return method.isIdempotent() || method.isSafe();
	}

	/**
	 * Tell the handler. On the pool, for this runs the code of users, which a timer and
	 * the thread that sends must not.
	 */
	private void cancel() {
		cancelContext();
		this.in.cancel();
	}

	/**
	 * Return whether the call may be ended, or a close is on its way that may yet be
	 * held.
	 */
	private boolean undecided() {
		return this.state.alive() || (!this.state.gone() && this.sent == null && !ended());
	}

	/**
	 * Hold back the close that is passing, from within {@code close} of an interceptor,
	 * because messages that were sent before wait for the transport. Until
	 * {@link #releaseClose()} a policy may still end the call, with its own status.
	 * @return whether it may be held; {@code false} where a policy is closing
	 */
	public boolean holdClose() {
		if (!this.state.hold()) {
			return false;
		}
		Late late = this.late;
		if (late != null) {
			end(late.ending(), late.forGood());
		}
		return true;
	}

	/**
	 * Let the close that was held back go on.
	 * @return whether the interceptor must close now; {@code false} where a policy or the
	 * client was faster
	 */
	public boolean releaseClose() {
		return this.state.release();
	}

	/**
	 * Run something that sends, so that it never runs at the same time as anything else
	 * that is sent in this call: now, or right behind what is being sent at the moment.
	 * @param send what to run; an exception ends the call
	 */
	public void send(Runnable send) {
		this.out.turns().execute(() -> {
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
	 * Count the messages that are left for another thread to send. Called before the
	 * handler starts, once.
	 * @param leftMessages counts them, of the type of the call's responses
	 */
	public void countLeft(LeftMessages<?> leftMessages) {
		this.leftMessages = leftMessages;
	}

	@Nullable LeftMessages<?> leftMessages() {
		return this.leftMessages;
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
		this.cleanups.add(cleanup);
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
		if (open() && fail(map(thrown, trailers))) {
			return;
		}
		if (this.state.closed()) {
			CallLog.LOGGER.warn("Exception in {} after the call was closed", this.record.methodName(), thrown);
		}
		else {
			CallLog.LOGGER.debug("Exception in {} after the call was ended", this.record.methodName(), thrown);
		}
	}

	private CallEnding map(Throwable thrown, Metadata trailers) {
		try {
			CallEnding ending = this.shared.exceptionMapping().map(thrown, this.record);
			if (trailers.keys().isEmpty()) {
				return ending;
			}
			Metadata all = new Metadata();
			all.merge(trailers);
			all.merge(ending.trailers());
			return this.shared.richStatus().ending(ending.reason(), ending.status(), all, this.record.correlationId());
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("The mapping of {} failed", thrown.getClass().getName(), ex);
			this.record.exception(thrown, true);
			return this.shared.richStatus().ending(EndReason.INTERNAL, this.record.correlationId());
		}
	}

	/**
	 * End the call for a fault of its own. Unlike after {@link #end(CallEnding)} the
	 * handler hears from the transport how it ended, and its {@link Context} lives until
	 * then.
	 */
	boolean fail(CallEnding ending) {
		if (!this.state.fail(ending)) {
			return false;
		}
		this.out.turns().execute(() -> this.out.close(ending));
		return true;
	}

	boolean fail(Status status) {
		return fail(failure(status));
	}

	CallEnding failure(Status status) {
		return this.shared.richStatus().ending(EndReason.FAILED, status, new Metadata(), this.record.correlationId());
	}

	/**
	 * Return whether nothing has ended the call yet.
	 * @return whether the handler may close it
	 */
	public boolean open() {
		return this.state.open();
	}

	/**
	 * Return whether {@link #end} would still end the call: nothing has, or the handler
	 * has and its close is held back.
	 * @return whether the call lives
	 */
	public boolean alive() {
		return this.state.alive();
	}

	/**
	 * Return whether a policy ended the call, an operator included.
	 * @return whether the handler works for nobody
	 */
	public boolean ended() {
		return this.state.ended();
	}

	/**
	 * Return whether the handler may still be heard: nothing ended the call, but the
	 * handler itself may have.
	 */
	boolean listening() {
		return this.state.listening();
	}

	CallState state() {
		return this.state;
	}

	/**
	 * The handler is about to be called.
	 * @return whether it may be
	 */
	boolean handlerBegins() {
		if (!this.handlerBegun) {
			this.handlerBegun = true;
		}
		return listening();
	}

	/**
	 * Return the server that the call came to.
	 * @return the server, or {@code null} where a transport has none, as in a servlet
	 */
	public @Nullable Server server() {
		return InternalServer.SERVER_CONTEXT_KEY.get(this.context);
	}

	/**
	 * Return whether the server of the call is going away.
	 * @return the same for each call of this method
	 */
	public CallDrain drain() {
		synchronized (this) {
			if (this.drain == null) {
				this.drain = new CallDrain(this);
			}
			return this.drain;
		}
	}

	/**
	 * Tell the handler, once, that the server is going away. Called from any thread; what
	 * the handler wants to do then runs on another one.
	 */
	public void beginDrain() {
		List<Runnable> tasks = drain().begin();
		if (!tasks.isEmpty()) {
			this.shared.timer().callbacks().execute(() -> tasks.forEach(this.in::run));
		}
	}

	/**
	 * Tell the handler that it may send again, on the small pool or right behind the
	 * callback under way, unless the call is over by then. It passes the whole chain, as
	 * if the transport called.
	 */
	public void tellReady() {
		this.in.tellReady(this.shared.timer().callbacks());
	}

	CallbackEntry in() {
		return this.in;
	}

	CallExit out() {
		return this.out;
	}

	long recently() {
		return this.shared.timer().recently();
	}

	/**
	 * An interceptor failed when the handler closed the call. Called within {@code out}.
	 */
	void closeFailed(Throwable thrown) {
		if (this.sent != null) {
			CallLog.LOGGER.warn("Exception in {} after the call was closed", this.record.methodName(), thrown);
			return;
		}
		CallEnding ending = map(thrown, new Metadata());
		this.state.failClosing(ending);
		this.out.closeOutermost(ending);
	}

	private void cancelContext() {
		try {
			// Always CANCELLED: the status of the cause becomes the status of the calls
			// that the handler has made.
			this.context.cancel(Status.CANCELLED.withDescription(EndReason.CANCELLED.status().getDescription())
				.asRuntimeException());
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("A listener of the context of {} failed", this.record.methodName(), ex);
		}
	}

	/**
	 * The outermost call is being closed. Whoever closes, and whatever wraps the call,
	 * the first close counts.
	 * @return whether to close
	 */
	boolean closing(Status status, boolean ready) {
		if (this.state.gone() || !SENT.compareAndSet(this, null, status)) {
			return false;
		}
		this.state.close();
		Throwable cause = status.getCause();
		if (cause != null) { // of a close past the error pattern, the stack's for one
			this.record.exception(cause, status.getCode() == Status.Code.UNKNOWN);
		}
		// A stream's last messages may be stuck though there is room for more behind
		// them.
		if (!ready || this.record.streaming()) {
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
		this.state.cancel();
	}

	/**
	 * Tell the chain how a call ended that the client or the transport cancelled, before
	 * its cancel handlers hear of it. Nobody closes such a call, and so the stack's
	 * observation would name no status.
	 * @param then what to run then: now, or on the pool behind what is being sent
	 */
	void closeCancelled(Runnable then) {
		if (!this.state.gone()) {
			then.run();
		}
		else if (this.out.turns().tryEnter()) {
			try {
				closeCancelled();
			}
			finally {
				this.out.turns().exit();
			}
			then.run();
		}
		else {
			reportWhenStuck();
			this.out.turns().execute(() -> {
				closeCancelled();
				this.shared.timer().callbacks().execute(then);
			});
		}
	}

	private void closeCancelled() {
		Status status = this.outcome.seen(this.record.endNanos(this.shared.timer().nanoTime()));
		this.out.close(new CallEnding(status, new Metadata(), EndReason.of(status.getCode())));
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
		this.shared.liveCalls().remove(this);
		boolean told = this.record.transportStatus() != null;
		this.outcome.decide(this.sent, cancelled, this.record.endNanos(told ? 0 : this.shared.timer().nanoTime()));
		this.cleanups.run(this.record);
	}

	/**
	 * The end that a policy wanted while a close was on its way.
	 */
	private record Late(CallEnding ending, boolean forGood) {
	}

	/**
	 * What all guards of an application share.
	 *
	 * @param timer the timer
	 * @param richStatus makes statuses
	 * @param exceptionMapping maps exceptions
	 * @param liveCalls the calls that are not over
	 */
	record Shared(CallTimer timer, RichStatus richStatus, ExceptionMapping exceptionMapping, LiveCalls liveCalls) {
	}

}
