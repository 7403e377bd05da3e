/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.concurrent.Turns;
import io.github.grpcpatterns.internal.status.CallEnding;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * The way out, innermost: what the handler sends goes on in one order, one thing at a
 * time, and the close of the call is the last of it.
 * <p>
 * There is one queue. A message waits in it while the {@link OutboundGate} is shut or
 * another thread is sending; the close of the handler, or of a fault, waits behind it.
 * The end by a policy or the client replaces all that waits. Whoever sends while nothing
 * waits sends inline.
 */
final class CallExit extends Turns {

	private static final VarHandle OWES_READY;

	private static final VarHandle QUEUE;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			OWES_READY = lookup.findVarHandle(CallExit.class, "owesReady", boolean.class);
			QUEUE = lookup.findVarHandle(CallExit.class, "queue", Queue.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final ServerCallGuard guard;

	private final CallState state;

	/** Written before anyone else knows the guard. */
	private @Nullable ServerCall<?, ?> outermost;

	/** The end of the chain, through which a policy closes. */
	private volatile @Nullable ServerCall<?, Object> innermost;

	/** Written before the handler starts. */
	private @Nullable OutboundGate gate;

	/**
	 * Made when the first thing has to wait: messages, headers, the close, or the end by
	 * a limit of the stream.
	 */
	private volatile @Nullable Queue<Object> queue;

	/** The handler was told that it is not ready, and waits to hear that it is. */
	private volatile boolean owesReady;

	/** What follows the close of a call that was cancelled while somebody was sending. */
	private volatile @Nullable Runnable afterCancel;

	/** The handler wants what it sends next compressed, where the call is. */
	private boolean compresses = true;

	// what follows is written inside

	private boolean transportCompresses = true;

	private boolean headersSent;

	/** The call is closed, and nothing goes out any more. */
	private boolean over;

	CallExit(ServerCallGuard guard) {
		this.guard = guard;
		this.state = guard.state();
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
	@SuppressWarnings("unchecked") // a handler sends what its own call takes
	void innermost(ServerCall<?, ?> call) {
		if (this.innermost == null) {
			this.innermost = (ServerCall<?, Object>) call;
			if (!this.state.open()) {
				leaveWord();
			}
		}
	}

	void gate(OutboundGate gate) {
		this.gate = gate;
	}

	/**
	 * Something changed that may let what waits go. From any thread.
	 */
	void changed() {
		leaveWord();
	}

	/**
	 * Return whether something waits. From any thread.
	 */
	boolean waits() {
		Queue<Object> queue = this.queue;
		return queue != null && !queue.isEmpty();
	}

	void compress(boolean compresses) {
		this.compresses = compresses;
	}

	void sendHeaders(Metadata headers) {
		if (tryEnter()) {
			boolean free = !waits();
			try {
				if (free) {
					sendHeadersNow(headers);
				}
			}
			finally {
				exit();
			}
			if (free) {
				return;
			}
		}
		queue().add(headers);
		leaveWord();
	}

	/**
	 * Two threads may begin to send at the same time, and a stub sends headers for both.
	 */
	private void sendHeadersNow(Metadata headers) {
		ServerCall<?, Object> call = this.innermost;
		if (!this.over && !this.headersSent && call != null) {
			this.headersSent = true;
			call.sendHeaders(headers);
		}
	}

	void sendMessage(Object message) {
		OutboundGate gate = this.gate;
		if (gate != null && !gate.offered(message)) {
			return;
		}
		if (tryEnter()) {
			// What waited before a policy ended the call may be dropped already
			boolean free = !waits() && !this.state.ended();
			try {
				free = free && (this.over || gate == null || gate.open());
				if (free) {
					sendNow(message, this.compresses);
					if (gate != null && gate.exhausted()) {
						this.owesReady = true;
						tellReady();
					}
				}
			}
			finally {
				exit();
			}
			if (free) {
				return;
			}
		}
		long size = (gate != null) ? gate.hold(message) : 0;
		if (size >= 0) {
			queue().add(new Waiting(message, size, this.compresses));
		}
		leaveWord();
	}

	private void sendNow(Object message, boolean compressed) {
		ServerCall<?, Object> call = this.innermost;
		if (this.over || call == null) {
			return;
		}
		if (compressed != this.transportCompresses) {
			this.transportCompresses = compressed;
			call.setMessageCompression(compressed);
		}
		call.sendMessage(message);
	}

	/**
	 * Run the end of the call by a policy behind what was sent before.
	 */
	void endBehind(Runnable end) {
		queue().add(end);
		leaveWord();
	}

	/**
	 * Close the call behind what was sent before, for the handler or for a fault.
	 */
	void close(Status status, Metadata trailers) {
		if (tryEnter()) {
			// Before the chain has reached its end there is nowhere to close
			boolean free = this.innermost != null && !waits();
			try {
				if (free) {
					closeNow(status, trailers);
				}
			}
			finally {
				exit();
			}
			if (free) {
				return;
			}
		}
		queue().add(new Close(status, trailers));
		leaveWord();
	}

	private void closeNow(Status status, Metadata trailers) {
		ServerCall<?, Object> call = this.innermost;
		if (call == null || this.over || !this.state.closePasses()) {
			return;
		}
		over();
		try {
			call.close(status, trailers);
		}
		catch (Throwable ex) {
			this.guard.closeFailed(ex);
		}
	}

	/**
	 * The client or the transport cancelled the call. Its end passes the chain before the
	 * cancel handlers hear of it: nobody else closes such a call, and the stack's
	 * observation would name no status.
	 * @param then what to run then: now, or where handlers run behind what is being sent
	 */
	void cancelled(Runnable then) {
		if (this.state.gone()) {
			if (!tryEnter()) {
				this.afterCancel = then;
				leaveWord();
				return;
			}
			try {
				attend();
			}
			finally {
				exit();
			}
		}
		then.run();
	}

	@Override
	protected void attend() {
		ServerCall<?, Object> call = this.innermost;
		if (call == null) {
			return;
		}
		try {
			while (!this.over && goOn(call)) {
				continue;
			}
		}
		catch (Throwable ex) {
			sendingFailed(call, ex);
		}
		if (this.over) {
			drop();
			Runnable then = this.afterCancel;
			if (then != null) {
				this.afterCancel = null;
				this.guard.onHandlers(then);
			}
		}
		else {
			if (this.gate != null && this.gate.exhausted()) {
				this.owesReady = true;
			}
			if (this.owesReady) {
				tellReady();
			}
		}
	}

	/**
	 * Do one thing.
	 * @return whether there may be another
	 */
	private boolean goOn(ServerCall<?, Object> call) {
		CallEnding ending = this.state.policyEnding();
		if (ending != null) {
			over();
			this.guard.in().around(() -> close(call, this.guard.closingByPolicy(ending)));
			this.guard.closedByPolicy();
			return false;
		}
		if (this.state.gone()) {
			over();
			this.guard.in().around(() -> close(call, this.guard.cancelledEnding()));
			return false;
		}
		if (this.state.passed()) { // by somebody further out
			over();
			return false;
		}
		Queue<Object> queue = this.queue;
		Object head = (queue != null) ? queue.peek() : null;
		if (queue == null || head == null) {
			return false;
		}
		if (head instanceof Waiting waiting) {
			OutboundGate gate = this.gate;
			if (gate != null && !gate.open()) {
				return false;
			}
			queue.poll(); // nothing where it was dropped meanwhile
			if (gate != null) {
				gate.release(waiting.size());
			}
			sendNow(waiting.message(), waiting.compressed());
			return true;
		}
		queue.poll();
		if (head instanceof Close close) {
			closeNow(close.status(), close.trailers());
		}
		else if (head instanceof Runnable end) {
			end.run();
		}
		else {
			sendHeadersNow((Metadata) head);
		}
		return true;
	}

	/**
	 * What was sent before is lost in part, so that nothing may follow it but an error.
	 */
	private void sendingFailed(ServerCall<?, Object> call, Throwable thrown) {
		CallEnding ending = this.guard.map(thrown);
		if (this.state.failSending(ending)) {
			over();
			close(call, ending);
		}
		else {
			CallLog.LOGGER.warn("Exception in {} after the call was over", this.guard.record().methodName(), thrown);
		}
	}

	private void over() {
		this.over = true;
		if (this.gate != null) {
			this.gate.over();
		}
	}

	/**
	 * What waits goes nowhere any more. From any thread, for a call that something other
	 * than its handler ended: whoever is to close it may be long in coming.
	 */
	void drop() {
		OutboundGate gate = this.gate;
		if (gate != null) {
			gate.dropped();
		}
		Queue<Object> queue = this.queue;
		if (queue != null) {
			queue.clear();
		}
	}

	/**
	 * Return whether the handler may send. From any thread.
	 */
	boolean isReady() {
		if (ready()) {
			return true;
		}
		// Where only the transport is not ready, its own callback follows.
		if ((waits() || transportReady()) && !this.owesReady) {
			this.owesReady = true;
			leaveWord();
		}
		return false;
	}

	private boolean ready() {
		return !waits() && ((this.gate != null) ? this.gate.ready() : transportReady());
	}

	private boolean transportReady() {
		ServerCall<?, Object> call = this.innermost;
		return call != null && call.isReady();
	}

	/**
	 * The transport says that it is ready.
	 * @return whether the handler is to be told now
	 */
	boolean becameReady() {
		if (waits()) {
			leaveWord();
		}
		if (ready()) {
			this.owesReady = false;
			return true;
		}
		this.owesReady = true;
		leaveWord();
		return false;
	}

	/**
	 * Tell the handler that it may send, or see to it that word is left when it may.
	 */
	private void tellReady() {
		if (!ready()) {
			if (this.gate != null && !waits()) {
				this.gate.awaitReady();
			}
			if (!ready()) {
				return;
			}
		}
		if (OWES_READY.compareAndSet(this, true, false)) {
			this.guard.tellReady();
		}
	}

	/**
	 * Close the call from somewhere in the chain.
	 */
	void close(ServerCall<?, ?> call, CallEnding ending) {
		try {
			call.close(ending.status(), ending.trailers());
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("An interceptor of {} failed to close a call", this.guard.record().methodName(), ex);
			closeOutermost(ending);
		}
	}

	/**
	 * Close past an interceptor that did not let the close through. Does nothing where it
	 * did, and failed only then.
	 */
	void closeOutermost(CallEnding ending) {
		ServerCall<?, ?> call = this.outermost;
		try {
			if (call != null) {
				call.close(ending.status(), ending.trailers());
			}
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("Cannot close a call of {}", this.guard.record().methodName(), ex);
		}
	}

	private Queue<Object> queue() {
		Queue<Object> present = this.queue;
		if (present != null) {
			return present;
		}
		Queue<Object> fresh = new ConcurrentLinkedQueue<>();
		return QUEUE.compareAndSet(this, null, fresh) ? fresh : queue();
	}

	/**
	 * A message that waits.
	 *
	 * @param message the message
	 * @param size its size, which some messages do not tell twice
	 * @param compressed whether the handler wants it compressed, where the call is
	 */
	private record Waiting(Object message, long size, boolean compressed) {
	}

	/**
	 * The last thing that waits.
	 */
	private record Close(Status status, Metadata trailers) {
	}

}
