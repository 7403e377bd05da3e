/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.github.grpcpatterns.EndReason;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended: for the handler, for the transport, and finally.
 */
abstract class CallResult extends CallIdentity {

	private volatile @Nullable Throwable exception;

	private volatile boolean exceptionUnknown;

	private volatile @Nullable Status transportStatus;

	private volatile long endNanos;

	private @Nullable Status status;

	private @Nullable EndReason endReason;

	private boolean refused;

	/**
	 * Return the exception that ended the call.
	 * @return the exception, or {@code null} where none did
	 */
	public @Nullable Throwable exception() {
		return this.exception;
	}

	/**
	 * Return whether nothing maps the exception, so that the log wants its stack trace.
	 * @return whether the exception is unknown
	 */
	public boolean exceptionUnknown() {
		return this.exceptionUnknown;
	}

	/**
	 * Note the exception that ended the call. The first one counts.
	 * @param exception the exception
	 * @param unknown whether nothing maps it
	 */
	public void exception(Throwable exception, boolean unknown) {
		if (this.exception == null) {
			this.exceptionUnknown = unknown;
			this.exception = exception;
		}
	}

	/**
	 * Note that the log has the unknown exception, with its stack trace.
	 */
	public void exceptionLogged() {
		this.exceptionUnknown = false;
	}

	void transportClosed(Status status, long nanoTime) {
		this.endNanos = nanoTime;
		this.transportStatus = status;
	}

	/**
	 * Return when the call ended.
	 * @param now the time to take where the transport has not told
	 */
	long endNanos(long now) {
		return (this.transportStatus != null) ? this.endNanos : now;
	}

	/**
	 * Return the status with which the transport saw the stream close.
	 * @return the status, or {@code null} before, and where no tracer is in place
	 */
	@Nullable Status transportStatus() {
		return this.transportStatus;
	}

	/**
	 * Return the final status.
	 * @return the status that log, meters and the other side agree on
	 * @throws IllegalStateException while the call lives
	 */
	public Status status() {
		Status status = this.status;
		if (status == null) {
			throw new IllegalStateException("the call has not ended");
		}
		return status;
	}

	/**
	 * Return what ended the call.
	 * @return the reason
	 * @throws IllegalStateException while the call lives
	 */
	public EndReason endReason() {
		EndReason reason = this.endReason;
		if (reason == null) {
			throw new IllegalStateException("the call has not ended");
		}
		return reason;
	}

	/**
	 * Return whether a policy refused or ended the call, for its {@link #endReason()}. A
	 * cancel, a deadline of the caller's own and an error of the handler are no refusals.
	 * @return whether one did, {@code false} while the call lives
	 */
	public boolean refused() {
		return this.refused;
	}

	/**
	 * A policy refused or ended the call. Called before its {@link #end}.
	 */
	void refusedByPolicy() {
		this.refused = true;
	}

	/**
	 * Return whether the call has ended.
	 */
	final boolean over() {
		return this.status != null;
	}

	/**
	 * Return when the call ended, once it has.
	 */
	final long endNanos() {
		return this.endNanos;
	}

	/**
	 * Fix the end of the call. The caller makes sure that this happens once.
	 */
	final void fix(Status status, EndReason reason, long nanoTime) {
		this.endNanos = endNanos(nanoTime);
		this.status = status;
		this.endReason = reason;
	}

}
