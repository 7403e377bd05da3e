/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.grpcpatterns.internal.concurrent.Turns;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * What waits at the exit of a call, and whether the handler may send: not while anything
 * waits, its gate is shut, or the transport is not ready. Whoever was told that it may
 * not is told when it may.
 */
abstract class OutboundQueue extends Turns {

	private static final VarHandle OWES_READY;

	private static final VarHandle QUEUE;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			OWES_READY = lookup.findVarHandle(OutboundQueue.class, "owesReady", boolean.class);
			QUEUE = lookup.findVarHandle(OutboundQueue.class, "queue", Queue.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final ServerCallGuard guard;

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

	OutboundQueue(ServerCallGuard guard) {
		this.guard = guard;
	}

	final ServerCallGuard guard() {
		return this.guard;
	}

	final @Nullable ServerCall<?, Object> innermost() {
		return this.innermost;
	}

	/**
	 * The chain has reached its end.
	 */
	final void chainEndsAt(ServerCall<?, Object> call) {
		this.innermost = call;
	}

	final @Nullable OutboundGate gate() {
		return this.gate;
	}

	void gate(OutboundGate gate) {
		this.gate = gate;
	}

	/**
	 * Return whether something waits. From any thread.
	 */
	boolean waits() {
		Queue<Object> queue = this.queue;
		return queue != null && !queue.isEmpty();
	}

	final Queue<Object> queue() {
		Queue<Object> present = this.queue;
		if (present != null) {
			return present;
		}
		Queue<Object> fresh = new ConcurrentLinkedQueue<>();
		return QUEUE.compareAndSet(this, null, fresh) ? fresh : queue();
	}

	/**
	 * Return what waits longest, inside.
	 */
	final @Nullable Object head() {
		Queue<Object> queue = this.queue;
		return (queue != null) ? queue.peek() : null;
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
	 * The handler may no longer send, for a reason of the gate's own, and is told when it
	 * may, whether or not it asks.
	 */
	final void handlerWaits() {
		this.owesReady = true;
		tellReady();
	}

	/**
	 * Tell a handler that waits, where it may send by now. Inside, when all is done.
	 */
	final void tellReadyIfOwed() {
		OutboundGate gate = this.gate;
		if (gate != null && gate.exhausted()) {
			this.owesReady = true;
		}
		if (this.owesReady) {
			tellReady();
		}
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

}
