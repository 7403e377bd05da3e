package io.github.grpcpatterns.internal.call;

import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.concurrent.Trampoline;
import io.github.grpcpatterns.internal.status.CallEnding;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * The way out, innermost, where the handler sends: headers, messages and the close, one
 * thing at a time.
 */
final class CallExit {

	private final Trampoline turns = new Trampoline();

	private final CallRecord record;

	private final CallState state;

	/** Written before anyone else knows the guard. */
	private @Nullable ServerCall<?, ?> outermost;

	/** Written within {@link #turns}, as is the next one. */
	private @Nullable ServerCall<?, ?> innermost;

	private boolean closedByUs;

	CallExit(CallRecord record, CallState state) {
		this.record = record;
		this.state = state;
	}

	Trampoline turns() {
		return this.turns;
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
		if (this.turns.tryEnter()) {
			setInnermost(call);
			this.turns.exit();
		}
		else {
			this.turns.execute(() -> setInnermost(call));
		}
	}

	private void setInnermost(ServerCall<?, ?> call) {
		if (this.innermost == null) {
			this.innermost = call;
			CallEnding ending = this.state.toClose();
			if (ending != null) {
				close(ending);
			}
		}
	}

	/**
	 * Close the call, once, from the end of the chain. Called within {@link #turns}, as
	 * is the next one.
	 */
	void close(CallEnding ending) {
		ServerCall<?, ?> call = this.innermost;
		if (call == null || this.closedByUs) {
			return;
		}
		this.closedByUs = true;
		close(call, ending);
	}

	/**
	 * What was closed was held back, and counts for nothing.
	 */
	void reopen() {
		this.closedByUs = false;
	}

	/**
	 * Close the call from somewhere in the chain.
	 */
	void close(ServerCall<?, ?> call, CallEnding ending) {
		try {
			call.close(ending.status(), ending.trailers());
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("An interceptor of {} failed to close a call", this.record.methodName(), ex);
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
			CallLog.LOGGER.warn("Cannot close a call of {}", this.record.methodName(), ex);
		}
	}

}
