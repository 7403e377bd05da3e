package io.github.grpcpatterns;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.InternalServer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

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

	/**
	 * Clients end a call by their own clock, and their reset may be here before our
	 * timer.
	 */
	private static final long DEADLINE_MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	/** The name in the MDC, that the correlation pattern uses too. */
	static final String CORRELATION_ID = "correlationId";

	private static final Object OPEN = "open";

	/** Closed by the handler, or by an interceptor of the user's. */
	private static final Object CLOSED = "closed";

	/** Cancelled by the client or the loss of its connection. */
	private static final Object GONE = "gone";

	private static final VarHandle STATE;

	private static final VarHandle REPORTED;

	private static final VarHandle SENT;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			STATE = lookup.findVarHandle(ServerCallGuard.class, "state", Object.class);
			REPORTED = lookup.findVarHandle(ServerCallGuard.class, "reported", boolean.class);
			SENT = lookup.findVarHandle(ServerCallGuard.class, "sent", Status.class);
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
	private volatile @Nullable Late late;

	@SuppressWarnings("unused") // through REPORTED
	private volatile boolean reported;

	/** The status that went out through the outermost call. */
	private volatile @Nullable Status sent;

	/** Written before anyone else knows the guard. */
	private @Nullable ServerCall<?, ?> outermost;

	/** Written within {@code out}. */
	private @Nullable ServerCall<?, ?> innermost;

	/** Written within {@code out}. */
	private boolean closedByUs;

	/** Written within {@code in}. */
	private ServerCall.@Nullable Listener<?> listener;

	private @Nullable List<Runnable> cleanups;

	/** The thread within {@code in}. Only that thread itself can see itself here. */
	private @Nullable Thread runner;

	/** A task on its way in to the handler. Written within {@code in}. */
	private @Nullable Runnable visitor;

	/**
	 * The correlation id is in the MDC, and what was there before. As {@link #runner}.
	 */
	private boolean idInMdc;

	private @Nullable String idBefore;

	private @Nullable Drain drain;

	private volatile boolean handlerBegun;

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
		if (STATE.compareAndSet(this, OPEN, new Ended(ending, How.REFUSED))) {
			close(call, ending);
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
		return undecided(this.state) && end(this.shared.richStatus().ending(reason, this.record, details));
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
		return undecided(this.state) && end(this.shared.richStatus().ending(reason, this.record, details), true);
	}

	private boolean end(CallEnding ending, boolean forGood) {
		Object state = this.state;
		Ended ended = new Ended(ending, How.POLICY);
		while (mayEnd(state) && !STATE.compareAndSet(this, state, ended)) {
			state = this.state;
		}
		if (!mayEnd(state)) {
			this.late = new Late(ending, forGood);
			return this.state instanceof Held && end(ending, forGood);
		}
		boolean held = state != OPEN;
		reportWhenStuck();
		this.out.execute(() -> {
			if (held) {
				this.closedByUs = false; // what went before was held back
			}
			// The handler says that it begins before it looks at the state: it has begun
			// by now, or it does not any more.
			if (forGood && this.handlerBegun && !idempotent()) {
				ending.trailers().put(RichStatus.PUSHBACK, "-1");
			}
			closeInnermost(ending);
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
		this.in.execute(this::cancelHandler);
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
		boolean holdable = state == CLOSED || (state instanceof Ended ended && ended.how() != How.POLICY);
		if (!holdable || !STATE.compareAndSet(this, state, new Held(state))) {
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
		try {
			CallEnding ending = this.shared.exceptionMapping().map(thrown, this.record);
			if (trailers.keys().isEmpty()) {
				return ending;
			}
			Metadata all = new Metadata();
			all.merge(trailers);
			all.merge(ending.trailers());
			return this.shared.richStatus().ending(ending.reason(), ending.status(), all, this.record);
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("The mapping of {} failed", thrown.getClass().getName(), ex);
			this.record.exception(thrown, true);
			return this.shared.richStatus().ending(EndReason.INTERNAL, this.record);
		}
	}

	/**
	 * End the call for a fault of its own. Unlike after {@link #end(CallEnding)} the
	 * handler hears from the transport how it ended, and its {@link Context} lives until
	 * then.
	 */
	boolean fail(CallEnding ending) {
		if (!STATE.compareAndSet(this, OPEN, new Ended(ending, How.FAULT))) {
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
	 * Return whether {@link #end} would still end the call: nothing has, or the handler
	 * has and its close is held back.
	 * @return whether the call lives
	 */
	public boolean alive() {
		return mayEnd(this.state);
	}

	/**
	 * Return whether a policy ended the call, an operator included.
	 * @return whether the handler works for nobody
	 */
	public boolean ended() {
		return this.state instanceof Ended ended && ended.how() == How.POLICY;
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

	Drain drain() {
		synchronized (this) {
			if (this.drain == null) {
				this.drain = new Drain(this);
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
			this.shared.timer().callbacks().execute(() -> tasks.forEach(this::run));
		}
	}

	/**
	 * Run a task of the handler's as one of its callbacks: inline where this is one, else
	 * when no other is under way. It comes in as an {@code onReady}, so that what
	 * interceptors put around callbacks is around it.
	 */
	void run(Runnable task) {
		if (this.runner == Thread.currentThread()) {
			if (open()) {
				task.run();
			}
		}
		else {
			this.in.execute(() -> visit(task));
		}
	}

	/**
	 * Tell the handler that it may send again, on the small pool or right behind the
	 * callback under way, unless the call is over by then. It passes the whole chain, as
	 * if the transport called.
	 */
	public void tellReady() {
		this.shared.timer().callbacks().execute(() -> this.in.execute(() -> visit(null)));
	}

	private void visit(@Nullable Runnable task) {
		ServerCall.Listener<?> listener = this.listener;
		if (listener == null || !open()) {
			return;
		}
		this.visitor = task;
		Context previous = enter();
		try {
			listener.onReady();
			Runnable stranded = takeVisitor(); // somebody kept the event
			if (stranded != null) {
				stranded.run();
			}
		}
		catch (Throwable ex) {
			thrown(ex);
		}
		finally {
			this.visitor = null;
			leave(previous);
		}
	}

	@Nullable Runnable takeVisitor() {
		Runnable visitor = this.visitor;
		if (visitor != null) {
			this.visitor = null;
		}
		return visitor;
	}

	/**
	 * Called within {@code in}, before what is further in is called.
	 * @return what to give to {@link #leave(Context)}
	 */
	Context enter() {
		this.runner = Thread.currentThread();
		String id = this.record.correlationId();
		if (id != null) {
			this.idBefore = MDC.get(CORRELATION_ID);
			MDC.put(CORRELATION_ID, id);
			this.idInMdc = true;
		}
		return this.context.attach();
	}

	void leave(Context previous) {
		this.runner = null;
		this.context.detach(previous);
		if (this.idInMdc) {
			this.idInMdc = false;
			restoreMdc(this.idBefore);
			this.idBefore = null;
		}
	}

	private static void restoreMdc(@Nullable String id) {
		if (id != null) {
			MDC.put(CORRELATION_ID, id);
		}
		else {
			MDC.remove(CORRELATION_ID);
		}
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

	long recently() {
		return this.shared.timer().recently();
	}

	/**
	 * The call as the transport has it.
	 */
	void outermost(ServerCall<?, ?> call) {
		this.outermost = call;
	}

	/**
	 * The chain has reached its end: from here on a policy closes through this call.
	 */
	void innermost(ServerCall<?, ?> call) {
		if (this.innermost != null) {
			return; // which this thread has set, or somebody does it once more in vain
		}
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
			if (this.state instanceof Ended ended && ended.how() != How.REFUSED) {
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
		close(call, ending);
	}

	/**
	 * Close the call from somewhere in the chain.
	 */
	private void close(ServerCall<?, ?> call, CallEnding ending) {
		try {
			call.close(ending.status(), ending.trailers());
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("An interceptor of {} failed to close a call", this.record.methodName(), ex);
			closeOutermost(ending);
		}
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
		this.state = new Ended(ending, How.FAULT);
		closeOutermost(ending);
	}

	/**
	 * Close past an interceptor that did not let the close through. Does nothing where it
	 * did, and failed only then.
	 */
	private void closeOutermost(CallEnding ending) {
		ServerCall<?, ?> call = this.outermost;
		try {
			if (call != null) {
				call.close(ending.status(), ending.trailers());
			}
		}
		catch (Throwable ex) {
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
		catch (Throwable ex) {
			CallLog.LOGGER.warn("A listener of the context of {} failed", this.record.methodName(), ex);
		}
	}

	private void cancelHandler() {
		ServerCall.Listener<?> listener = this.listener;
		if (listener == null) {
			return;
		}
		Context previous = enter();
		try {
			listener.onCancel();
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("The cancel handler of {} failed", this.record.methodName(), ex);
		}
		finally {
			leave(previous);
		}
	}

	/**
	 * The outermost call is being closed. Whoever closes, and whatever wraps the call,
	 * the first close counts.
	 * @return whether to close
	 */
	boolean closing(Status status, boolean ready) {
		if (this.state == GONE || !SENT.compareAndSet(this, null, status)) {
			return false;
		}
		STATE.compareAndSet(this, OPEN, CLOSED);
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
		Object state = this.state;
		while (mayEnd(state) && !STATE.compareAndSet(this, state, GONE)) {
			state = this.state;
		}
	}

	/**
	 * Tell the chain how a call ended that the client or the transport cancelled, before
	 * its cancel handlers hear of it. Nobody closes such a call, and so the stack's
	 * observation would name no status.
	 * @param then what to run then: now, or on the pool behind what is being sent
	 */
	void closeCancelled(Runnable then) {
		if (this.state != GONE) {
			then.run();
		}
		else if (this.out.tryEnter()) {
			try {
				closeCancelled();
			}
			finally {
				this.out.exit();
			}
			then.run();
		}
		else {
			reportWhenStuck();
			this.out.execute(() -> {
				closeCancelled();
				this.shared.timer().callbacks().execute(then);
			});
		}
	}

	private void closeCancelled() {
		Status status = seen(this.record.transportStatus(), this.record.endNanos(this.shared.timer().nanoTime()));
		closeInnermost(new CallEnding(status, new Metadata(), EndReason.of(status.getCode())));
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
		Status transport = this.record.transportStatus();
		long end = (transport != null) ? this.record.endNanos(0) : this.shared.timer().nanoTime();
		Status sent = this.sent;
		if (sent != null && ((transport != null) ? transport.getCode() == sent.getCode() : !cancelled)) {
			// A handler whose own calls fail because the client cancelled closes with
			// that status too.
			this.record.end(sent, (cancelled && !ended()) ? EndReason.of(sent.getCode()) : reason(sent), end);
		}
		else {
			Status seen = seen(transport, end);
			this.record.end(seen, EndReason.of(seen.getCode()), end);
		}
		if (this.record.exceptionUnknown()) {
			logException();
		}
		cleanUp();
	}

	/**
	 * Nobody else has: log the exception, under the correlation id.
	 */
	private void logException() {
		String id = this.record.correlationId();
		String previous = MDC.get(CORRELATION_ID);
		if (id != null) {
			MDC.put(CORRELATION_ID, id);
		}
		try {
			CallLog.LOGGER.error("Unhandled exception in {}", this.record.methodName(), this.record.exception());
		}
		finally {
			restoreMdc(previous);
		}
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
	private Status seen(@Nullable Status transport, long end) {
		Status.Code code = (transport != null) ? transport.getCode() : Status.Code.CANCELLED;
		boolean lost = code == Status.Code.UNAVAILABLE;
		if (transport != null && !lost && code != Status.Code.CANCELLED && !transport.isOk()) {
			return (code == Status.Code.DEADLINE_EXCEEDED) ? EndReason.DEADLINE.status() : transport;
		}
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
		for (Runnable cleanup : (cleanups != null) ? cleanups : List.<Runnable>of()) {
			try {
				cleanup.run();
			}
			catch (Throwable ex) {
				CallLog.LOGGER.warn("Cannot clean up after a call of {}", this.record.methodName(), ex);
			}
		}
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

		/** We close, and tell the handler. */
		POLICY,

		/** We close, the transport tells the handler. */
		FAULT,

		/** What refused the call closed it itself, and there is no handler. */
		REFUSED

	}

	/**
	 * A close of the handler's that waits behind what was sent before.
	 *
	 * @param state {@link #CLOSED}, or an {@link Ended} that is not a policy's
	 */
	private record Held(Object state) {
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
