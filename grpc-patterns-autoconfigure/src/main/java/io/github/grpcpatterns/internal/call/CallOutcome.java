/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.status.CallEnding;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Decides a call's final status where the transport and whoever closed it disagree.
 */
final class CallOutcome {

	/**
	 * Clients end a call by their own clock, and their reset may be here before our
	 * timer.
	 */
	private static final long DEADLINE_MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final Set<EndReason> NO_REFUSALS = EnumSet.of(EndReason.COMPLETED, EndReason.CANCELLED,
			EndReason.INTERNAL, EndReason.FAILED);

	private final CallRecord record;

	private final CallState state;

	private final @Nullable Long deadlineNanos;

	/**
	 * Create it.
	 * @param deadlineNanos when the caller's deadline passes, {@code null} for none
	 */
	CallOutcome(CallRecord record, CallState state, @Nullable Long deadlineNanos) {
		this.record = record;
		this.state = state;
		this.deadlineNanos = deadlineNanos;
	}

	/**
	 * Set the outcome in the record.
	 * @param sent the status sent through the outermost call
	 * @param cancelled whether the last callback was {@code onCancel}
	 * @param end when the call ended
	 */
	void decide(@Nullable Status sent, boolean cancelled, long end) {
		Status transport = this.record.transportStatus();
		CallEnding ending = this.state.policyEnding();
		if (sent == null && transport == null && ending != null) { // on its way
			sent = ending.status();
		}
		if (sent != null && ((transport != null) ? transport.getCode() == sent.getCode() : !cancelled)) {
			// A handler whose own calls fail because the client cancelled closes with
			// that status too.
			boolean theirs = cancelled && !this.state.ended();
			EndReason reason = theirs ? EndReason.of(sent.getCode()) : reason(sent);
			if (!theirs && refused(reason, end)) {
				this.record.refusedByPolicy();
			}
			this.record.end(sent, reason, end);
		}
		else {
			Status seen = seen(end);
			this.record.end(seen, EndReason.of(seen.getCode()), end);
		}
		if (this.record.exceptionUnknown()) {
			logException();
		}
	}

	private EndReason reason(Status sent) {
		CallEnding ending = this.state.ending();
		if (ending != null && ending.status().getCode() == sent.getCode()) {
			return ending.reason();
		}
		return sent.isOk() ? EndReason.COMPLETED : EndReason.FAILED;
	}

	/**
	 * A policy may fail, and a call is refused too whose own deadline has passed.
	 */
	private boolean refused(EndReason reason, long end) {
		if (!this.state.byPolicy() || NO_REFUSALS.contains(reason)) {
			return false;
		}
		boolean callersDeadline = reason == EndReason.DEADLINE && !this.state.ended() && this.deadlineNanos != null
				&& end >= this.deadlineNanos;
		return !callersDeadline;
	}

	/**
	 * The transport's status if it did not deliver our close.
	 */
	Status seen(long end) {
		Status transport = this.record.transportStatus();
		Status.Code code = (transport != null) ? transport.getCode() : Status.Code.CANCELLED;
		boolean lost = transport != null && lost(transport);
		if (transport != null && !lost && code != Status.Code.CANCELLED && !transport.isOk()) {
			return (code == Status.Code.DEADLINE_EXCEEDED) ? EndReason.DEADLINE.status() : transport;
		}
		return (!lost && inTheMargin(end)) ? EndReason.DEADLINE.status() : EndReason.CANCELLED.status();
	}

	private boolean inTheMargin(long end) {
		if (this.deadlineNanos == null) {
			return false;
		}
		long margin = Math.min(DEADLINE_MARGIN_NANOS, (this.deadlineNanos - this.record.startNanos()) / 10);
		return end >= this.deadlineNanos - margin;
	}

	/**
	 * The connection was lost. A write that fails because it was lost is {@code UNKNOWN}
	 * or {@code INTERNAL} to the transport. In a servlet container a cancel of the client
	 * is no more than an exception of reading or writing.
	 */
	private boolean lost(Status transport) {
		if (transport.getCode() == Status.Code.UNAVAILABLE) {
			return true;
		}
		if (this.record.headersFirst() && transport.getCode() == Status.Code.UNKNOWN
				&& transport.getCause() instanceof IOException) {
			return true;
		}
		for (Throwable cause = transport.getCause(); cause != null; cause = cause.getCause()) {
			if (cause instanceof ClosedChannelException) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Log the exception under the correlation id, since nothing else has.
	 */
	private void logException() {
		String id = this.record.correlationId();
		String before = (id != null) ? CorrelationScope.put(id) : null;
		try {
			CallLog.LOGGER.error("Unhandled exception in {}", this.record.methodName(), this.record.exception());
		}
		finally {
			if (id != null) {
				CorrelationScope.restore(before);
			}
		}
	}

}
