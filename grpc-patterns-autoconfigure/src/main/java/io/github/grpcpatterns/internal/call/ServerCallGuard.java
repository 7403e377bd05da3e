/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.List;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.Message;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.status.CallEnding;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.InternalServer;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Ends a server's call safely, whatever the handler is doing at that moment. There is one
 * for each call, and every policy that ends calls uses it.
 * <p>
 * Two ends keep things apart, neither of which blocks:
 * <ul>
 * <li>the {@link CallExit}, innermost, where the handler sends: headers, messages and the
 * close go out one at a time, on the thread that sends or on one that finds what
 * waits;</li>
 * <li>the {@link CallbackEntry}, outermost, where the transport calls back:
 * {@code startCall} and every callback run one at a time, inline on the call's
 * executor.</li>
 * </ul>
 * When a policy ends a call, from any thread: from that moment {@code isCancelled()} is
 * true and what the handler sends is dropped; the call is closed through the innermost
 * call, so that every interceptor of the stack sees the status; the handler's
 * {@link Context} is cancelled; the handler's {@code onCancel} runs; what the transport
 * calls after that is swallowed.
 * <p>
 * What no callback of the transport runs, runs elsewhere: code of users on the executor
 * of the handlers, where that is known; what only passes interceptors, as the close does,
 * on the executor of the {@link CallTimer}, which has no bound, so that nobody waits for
 * it. Both have the call's context and scopes.
 */
public final class ServerCallGuard extends LiveCalls.Link {

	private final CallRecord record;

	private final CallEnvironment environment;

	private final HandlerContext context;

	private final CallState state = new CallState();

	private final CallbackEntry in;

	private final CallExit out;

	private final @Nullable Long deadlineNanos;

	private final CallLife life;

	private @Nullable CallDrain drain;

	/** Where the chain may wait for code of the application's that asks outside. */
	private @Nullable ServerCall<?, ?> waitsAt;

	private volatile boolean handlerBegun;

	ServerCallGuard(CallRecord record, Context context, CallEnvironment environment) {
		this.record = record;
		this.environment = environment;
		this.context = new HandlerContext(this, context, environment);
		this.in = new CallbackEntry(this, this.context.context());
		this.out = new CallExit(this);
		Deadline deadline = context.getDeadline();
		this.deadlineNanos = (deadline != null)
				? environment.timer().nanoTime() + deadline.timeRemaining(TimeUnit.NANOSECONDS) : null;
		this.life = new CallLife(this, environment);
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
		return refuse(call, this.environment.richStatus().ending(reason, this.record.correlationId(), details));
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
		return alive() && end(this.environment.richStatus().ending(reason, this.record.correlationId(), details));
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
	 * Note that the chain may wait in an interceptor, for {@link #endWaiting}.
	 * @param call the call that the interceptor was given
	 */
	public void waitsAt(ServerCall<?, ?> call) {
		this.waitsAt = call;
	}

	/**
	 * End the call while its chain waits in an interceptor, from any other thread. The
	 * interceptor must not let the call go on after that: it refuses it with the same
	 * reason.
	 * @param reason why
	 */
	public void endWaiting(EndReason reason) {
		ServerCall<?, ?> call = this.waitsAt;
		if (call == null) {
			throw new IllegalStateException("the call does not wait");
		}
		this.out.innermost(call); // the chain goes no further
		end(reason);
	}

	/**
	 * End the call when what the handler has sent before has gone out, unless it is over
	 * by then. Called on the handler's thread.
	 * @param reason why
	 * @param details details to add, such as {@code QuotaFailure}
	 */
	public void endBehind(EndReason reason, Message... details) {
		this.out.endBehind(() -> end(reason, details));
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
		return alive() && end(this.environment.richStatus().ending(reason, this.record.correlationId(), details), true);
	}

	/**
	 * End the call, from any thread, as {@link #endForGood(EndReason, Message...)} does.
	 * @param ending how
	 * @return whether this ended the call, {@code false} where something else already had
	 */
	public boolean endForGood(CallEnding ending) {
		return end(ending, true);
	}

	private boolean end(CallEnding ending, boolean forGood) {
		if (!this.state.end(ending, forGood)) {
			return false;
		}
		this.out.drop();
		this.life.expectReport();
		outboundChanged();
		return true;
	}

	/**
	 * Something changed that may let go out what the handler sent. From any thread: what
	 * passes the interceptors then does so on a thread where it is in nobody's way.
	 */
	public void outboundChanged() {
		if (this.in.within()) {
			this.out.changed();
		}
		else {
			this.environment.timer().executor().execute(() -> this.in.around(this.out::changed));
		}
	}

	/**
	 * Return what a policy closes the call with. Called when the exit is about to.
	 */
	CallEnding closingByPolicy(CallEnding ending) {
		// The handler says that it begins before it looks at the state: it has begun by
		// now, or it does not any more.
		if (this.state.endedForGood() && this.handlerBegun && !this.record.idempotent()) {
			RichStatus.forbidRetry(ending.trailers());
		}
		return ending;
	}

	/**
	 * The exit has closed the call for a policy: the handler is to hear of it.
	 */
	void closedByPolicy() {
		this.context.cancelSoon(this.in::cancel);
	}

	/**
	 * Run code of users where handlers run.
	 */
	void onHandlers(Runnable task) {
		this.context.onHandlers(task);
	}

	/**
	 * Send a message as if the handler did, among its own. From any thread, for a stream
	 * whose handler has sent a message before.
	 * @param message the message, of the type that the method answers with
	 */
	public void send(Object message) {
		if (open()) {
			this.in.around(() -> this.out.sendMessage(message));
		}
	}

	/**
	 * Put something onto the thread while code of the call runs there: from now on, in
	 * each callback, and in whatever passes the interceptors. Called by an interceptor
	 * before it starts the call further in.
	 * @param scope what to put there
	 */
	public void enter(CallScope<?> scope) {
		this.in.add(scope);
	}

	/**
	 * Put in place what decides when messages go out. Called by an interceptor before it
	 * starts the call further in, once.
	 * @param gate the gate
	 */
	public void gate(OutboundGate gate) {
		this.out.gate(gate);
	}

	/**
	 * End the call when a time has passed, unless it is over by then.
	 * @param delayNanos the time from now
	 * @param reason why
	 */
	public void endAfter(long delayNanos, EndReason reason) {
		whenOver(this.environment.timer().schedule(() -> end(reason), Math.max(0, delayNanos)));
	}

	/**
	 * Run something when the call is over, on the thread that reports its end, or at once
	 * where it is over already.
	 * @param cleanup what to run; must be short and not throw
	 */
	public void whenOver(Runnable cleanup) {
		this.life.whenOver(cleanup);
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

	CallEnding map(Throwable thrown) {
		return map(thrown, new Metadata());
	}

	private CallEnding map(Throwable thrown, Metadata trailers) {
		return this.environment.ending(thrown, trailers, this.record);
	}

	/**
	 * End the call for a fault of its own, behind what was sent before. Unlike after
	 * {@link #end(CallEnding)} the handler hears from the transport how it ended, and its
	 * {@link Context} lives until then.
	 */
	boolean fail(CallEnding ending) {
		if (!this.state.fail(ending)) {
			return false;
		}
		this.out.close(ending.status(), ending.trailers());
		return true;
	}

	boolean fail(Status status) {
		return fail(failure(status));
	}

	CallEnding failure(Status status) {
		return this.environment.richStatus()
			.ending(EndReason.FAILED, status, new Metadata(), this.record.correlationId());
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
	 * has and its close waits.
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
	 * Return whether callbacks go on to the handler.
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
		return listening() && !this.state.gone();
	}

	/**
	 * Return the server that the call came to.
	 * @return the server, or {@code null} where a transport has none, as in a servlet
	 */
	public @Nullable Server server() {
		return InternalServer.SERVER_CONTEXT_KEY.get(this.context.context());
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
	 * the handler wants to do then runs where handlers run.
	 */
	public void beginDrain() {
		List<Runnable> tasks = drain().begin();
		if (!tasks.isEmpty()) {
			onHandlers(() -> tasks.forEach(this.in::run));
		}
	}

	/**
	 * Tell the handler that it may send again, unless the call is over by then. It passes
	 * the whole chain, as if the transport called.
	 */
	void tellReady() {
		onHandlers(this.in::tellReady);
	}

	CallbackEntry in() {
		return this.in;
	}

	CallExit out() {
		return this.out;
	}

	long recently() {
		return this.environment.timer().recently();
	}

	/**
	 * An interceptor failed when the handler closed the call. Called at the exit.
	 */
	void closeFailed(Throwable thrown) {
		if (this.life.sent() != null) {
			CallLog.LOGGER.warn("Exception in {} after the call was closed", this.record.methodName(), thrown);
			return;
		}
		CallEnding ending = map(thrown);
		this.state.failSending(ending);
		this.out.closeOutermost(ending);
	}

	/**
	 * The transport closed the stream, told on one of its threads or before the call
	 * began.
	 */
	void transportClosed() {
		this.life.expectReport();
		if (this.life.sent() == null) {
			cancelledByTransport();
			this.context.cancelSoon();
			if (this.out.waits()) {
				outboundChanged();
			}
		}
	}

	void cancelledByTransport() {
		this.state.cancel();
	}

	/**
	 * Return how a call ended that the client or the transport cancelled.
	 */
	CallEnding cancelledEnding() {
		Status status = outcome().seen(this.record.endNanos(this.environment.timer().nanoTime()));
		return new CallEnding(status, new Metadata(), EndReason.of(status.getCode()));
	}

	HandlerContext context() {
		return this.context;
	}

	CallOutcome outcome() {
		return new CallOutcome(this.record, this.state, this.deadlineNanos);
	}

	CallLife life() {
		return this.life;
	}

}
