/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * How a server's call comes to its end: what went out, what the transport says, and the
 * report, once.
 * <p>
 * The report is made behind the last callback, on the thread of the call. Where that does
 * not come in time, because the handler keeps its thread or the client does not read, the
 * {@link ReportWatch} makes it.
 */
final class CallLife {

	/**
	 * The last callback follows the end of the stream at once, unless something blocks.
	 */
	private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	/**
	 * How long a report waits for trailers of the handler's that the transport cannot get
	 * rid of, because the client does not read.
	 */
	private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(5);

	private static final VarHandle DUE;

	private static final VarHandle REPORTED;

	private static final VarHandle SENT;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			DUE = lookup.findVarHandle(CallLife.class, "due", long.class);
			REPORTED = lookup.findVarHandle(CallLife.class, "reported", boolean.class);
			SENT = lookup.findVarHandle(CallLife.class, "sent", Status.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final ServerCallGuard guard;

	private final CallEnvironment environment;

	/** The status that went out through the outermost call. */
	private volatile @Nullable Status sent;

	/** When the report has to be made, zero while nothing says so. */
	private volatile long due;

	@SuppressWarnings("unused") // through REPORTED
	private volatile boolean reported;

	// guarded by this

	private boolean over;

	private @Nullable List<Runnable> cleanups;

	CallLife(ServerCallGuard guard, CallEnvironment environment) {
		this.guard = guard;
		this.environment = environment;
	}

	@Nullable Status sent() {
		return this.sent;
	}

	/**
	 * The outermost call is being closed. The first close counts, wherever it comes from
	 * and whatever wraps the call.
	 * @return whether to close
	 */
	boolean closing(Status status, boolean ready) {
		if (this.guard.state().gone() || !SENT.compareAndSet(this, null, status)) {
			return false;
		}
		this.guard.state().close();
		Throwable cause = status.getCause();
		if (cause != null) { // of a close past the error pattern, the stack's for one
			this.guard.record().exception(cause, status.getCode() == Status.Code.UNKNOWN);
		}
		// A stream's last messages may be stuck though there is room for more behind
		// them.
		if (!ready || this.guard.record().streaming()) {
			expectReport(STUCK_NANOS);
		}
		return true;
	}

	/**
	 * The stream has ended, or a policy has ended the call: it is reported soon, whether
	 * or not the last callback comes.
	 */
	void expectReport() {
		expectReport(GRACE_NANOS);
	}

	private void expectReport(long nanos) {
		long due = this.environment.timer().recently() + nanos;
		if (due == 0) {
			due = 1;
		}
		for (long present = this.due; present == 0 || due - present < 0; present = this.due) {
			if (DUE.compareAndSet(this, present, due)) {
				this.environment.reports().expect();
				return;
			}
		}
	}

	/**
	 * Return whether there is a time for the report. From any thread.
	 */
	boolean expected() {
		return this.due != 0;
	}

	/**
	 * Return whether the time for the report has come. From any thread.
	 */
	boolean overdue(long now) {
		long due = this.due;
		return due != 0 && now - due >= 0;
	}

	/**
	 * Decide how the call ended and report it, once. Never on a thread of the transport.
	 * @param cancelled whether the last callback was {@code onCancel}
	 */
	void report(boolean cancelled) {
		if (!REPORTED.compareAndSet(this, false, true)) {
			return;
		}
		this.environment.liveCalls().remove(this.guard);
		boolean told = this.guard.record().transportStatus() != null;
		this.guard.outcome()
			.decide(this.sent, cancelled, this.guard.record().endNanos(told ? 0 : this.environment.timer().nanoTime()));
		if (this.guard.record().refused()) {
			this.environment.refusals().add(this.guard.record());
		}
		cleanUp();
	}

	/**
	 * Run something when the call is over, on the thread that reports its end, or at once
	 * where it is over already.
	 */
	void whenOver(Runnable cleanup) {
		synchronized (this) {
			if (!this.over) {
				if (this.cleanups == null) {
					this.cleanups = new ArrayList<>(2);
				}
				this.cleanups.add(cleanup);
				return;
			}
		}
		cleanup.run();
	}

	private void cleanUp() {
		List<Runnable> cleanups;
		synchronized (this) {
			this.over = true;
			cleanups = this.cleanups;
			this.cleanups = null;
		}
		for (Runnable cleanup : (cleanups != null) ? cleanups : List.<Runnable>of()) {
			try {
				cleanup.run();
			}
			catch (Throwable ex) {
				CallLog.LOGGER.warn("Cannot clean up after a call of {}", this.guard.record().methodName(), ex);
			}
		}
	}

}
