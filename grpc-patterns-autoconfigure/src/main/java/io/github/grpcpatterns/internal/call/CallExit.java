/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.github.grpcpatterns.internal.concurrent.CallLog;
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
final class CallExit extends OutboundQueue {

	private final CallState state;

	/** Written before anyone else knows the guard. */
	private @Nullable ServerCall<?, ?> outermost;

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
		super(guard);
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
		if (innermost() == null) {
			chainEndsAt((ServerCall<?, Object>) call);
			if (!this.state.open()) {
				leaveWord();
			}
		}
	}

	/**
	 * Something changed that may let what waits go. From any thread.
	 */
	void changed() {
		leaveWord();
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
		ServerCall<?, Object> call = innermost();
		if (!this.over && !this.headersSent && call != null) {
			this.headersSent = true;
			call.sendHeaders(headers);
		}
	}

	void sendMessage(Object message) {
		OutboundGate gate = gate();
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
						handlerWaits();
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
		ServerCall<?, Object> call = innermost();
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
			boolean free = innermost() != null && !waits();
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
		ServerCall<?, Object> call = innermost();
		if (call == null || this.over || !this.state.closePasses()) {
			return;
		}
		over();
		try {
			call.close(status, trailers);
		}
		catch (Throwable ex) {
			guard().closeFailed(ex);
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
		ServerCall<?, Object> call = innermost();
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
				guard().onHandlers(then);
			}
		}
		else {
			tellReadyIfOwed();
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
			guard().in().around(() -> close(call, guard().closingByPolicy(ending)));
			guard().closedByPolicy();
			return false;
		}
		if (this.state.gone()) {
			over();
			guard().in().around(() -> close(call, guard().cancelledEnding()));
			return false;
		}
		if (this.state.passed()) { // by somebody further out
			over();
			return false;
		}
		Object head = head();
		if (head == null) {
			return false;
		}
		if (head instanceof Waiting waiting) {
			OutboundGate gate = gate();
			if (gate != null && !gate.open()) {
				return false;
			}
			queue().poll(); // nothing where it was dropped meanwhile
			if (gate != null) {
				gate.release(waiting.size());
			}
			sendNow(waiting.message(), waiting.compressed());
			return true;
		}
		queue().poll();
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
		CallEnding ending = guard().map(thrown);
		if (this.state.failSending(ending)) {
			over();
			close(call, ending);
		}
		else {
			CallLog.LOGGER.warn("Exception in {} after the call was over", guard().record().methodName(), thrown);
		}
	}

	private void over() {
		this.over = true;
		OutboundGate gate = gate();
		if (gate != null) {
			gate.over();
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
			CallLog.LOGGER.warn("An interceptor of {} failed to close a call", guard().record().methodName(), ex);
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
			CallLog.LOGGER.warn("Cannot close a call of {}", guard().record().methodName(), ex);
		}
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
