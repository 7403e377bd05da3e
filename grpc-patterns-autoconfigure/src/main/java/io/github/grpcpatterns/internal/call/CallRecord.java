/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.net.SocketAddress;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * The one record of a call, on either side: the data that patterns collect about it for
 * reports.
 * <p>
 * On the server the outermost interceptor puts it into the {@link Context}, on the client
 * into the {@link CallOptions}. Fields written before the call starts are visible to all
 * threads; the counters are written by the thread that sends or delivers, and other
 * threads may read them slightly late.
 */
public final class CallRecord extends CallResult {

	static final CallOptions.Key<CallRecord> CLIENT = CallOptions.Key.create("io.github.grpcpatterns.call");

	static final Context.Key<CallRecord> SERVER = Context.key("io.github.grpcpatterns.call");

	private static final CallReporter[] NO_REPORTERS = {};

	private static final MessageReporter[] NO_MESSAGE_REPORTERS = {};

	private long startNanos;

	private final boolean headersFirst;

	private boolean started;

	private @Nullable MethodDescriptor<?, ?> method;

	private boolean streaming;

	private volatile @Nullable ServerCallGuard guard;

	private CallReporter[] reporters = NO_REPORTERS;

	/** Those of a stream's messages. */
	private MessageReporter[] messageReporters = NO_MESSAGE_REPORTERS;

	private boolean reporterFailed;

	private volatile int attempts;

	private final CallTraffic traffic = new CallTraffic();

	/** A client's only, set by a policy. */
	private @Nullable Deadline policyDeadline;

	private @Nullable EarlyDecisions earlyDecisions;

	private volatile @Nullable Consumer<ServerCallGuard> earlyEnd;

	CallRecord(long startNanos) {
		this(startNanos, false);
	}

	/**
	 * Create it.
	 * @param headersFirst whether the transport cannot send trailers alone
	 */
	CallRecord(long startNanos, boolean headersFirst) {
		this.startNanos = startNanos;
		this.headersFirst = headersFirst;
	}

	boolean headersFirst() {
		return this.headersFirst;
	}

	/**
	 * Return the record of the call being handled on this thread, a server's call.
	 * @return the record in the current {@link Context}, or {@code null} outside a call
	 */
	public static @Nullable CallRecord current() {
		return SERVER.get();
	}

	/**
	 * Return the correlation id of the call being handled on this thread.
	 * @return the id in the current {@link Context}, or {@code null} outside a call and
	 * where the correlation pattern is off
	 */
	public static @Nullable String currentCorrelationId() {
		CallRecord call = current();
		return (call != null) ? call.correlationId() : null;
	}

	/**
	 * Return the record of a client's call.
	 * @param options the options of the call, or of one of its attempts
	 * @return the record, or {@code null} where the outermost interceptor is missing
	 */
	@SuppressWarnings("NullAway") // an option without a default is null when absent
	public static @Nullable CallRecord of(CallOptions options) {
		return options.getOption(CLIENT);
	}

	/**
	 * Make the record of a client's call, which has not started.
	 * @param method the method
	 * @return the record
	 */
	static CallRecord client(MethodDescriptor<?, ?> method) {
		CallRecord record = new CallRecord(0);
		record.method(method);
		return record;
	}

	/**
	 * Start a client's call.
	 * @param nanoTime the time
	 */
	void start(long nanoTime) {
		this.startNanos = nanoTime;
		this.traffic.touch(nanoTime);
		this.started = true;
		for (CallReporter reporter : this.reporters) {
			tellStarted(reporter);
		}
	}

	/**
	 * Begin a server's call: note the method and the peer. The first of those who know
	 * both does.
	 * @param method the method
	 * @param peer the peer, or {@code null} where the transport knows none
	 */
	public void begin(MethodDescriptor<?, ?> method, @Nullable SocketAddress peer) {
		method(method);
		peer(peer);
		this.started = true;
	}

	private void method(MethodDescriptor<?, ?> method) {
		this.method = method;
		this.streaming = method.getType() != MethodDescriptor.MethodType.UNARY;
		if (this.streaming) {
			this.traffic.streaming(this.startNanos);
		}
	}

	void earlyDecisions(EarlyDecisions earlyDecisions) {
		this.earlyDecisions = earlyDecisions;
	}

	<D> @Nullable D earlyDecision(Admission<D> policy) {
		EarlyDecisions decisions = this.earlyDecisions;
		return (decisions != null) ? decisions.of(policy) : null;
	}

	void guard(ServerCallGuard guard) {
		this.guard = guard;
	}

	/**
	 * End a server's call whose chain may not have begun: then it ends as soon as it
	 * does. Called by what runs the tasks of the call one after the other, between two of
	 * them.
	 * @param end what ends it
	 */
	public void end(Consumer<ServerCallGuard> end) {
		ServerCallGuard guard = this.guard;
		if (guard != null) {
			end.accept(guard);
		}
		else {
			this.earlyEnd = end;
		}
	}

	@Nullable Consumer<ServerCallGuard> earlyEnd() {
		return this.earlyEnd;
	}

	/**
	 * Return the guard through which a policy ends a server's call.
	 * @return the guard
	 * @throws IllegalStateException on the client, which has none
	 */
	public ServerCallGuard guard() {
		ServerCallGuard guard = this.guard;
		if (guard == null) {
			throw new IllegalStateException("the record of a client call has no guard");
		}
		return guard;
	}

	/**
	 * Return the guard of the call, if this is one of a server.
	 * @return the guard, or {@code null} for a call of a client
	 */
	public @Nullable ServerCallGuard guardIfAny() {
		return this.guard;
	}

	/**
	 * Return the called method.
	 * @return the method
	 */
	public MethodDescriptor<?, ?> method() {
		MethodDescriptor<?, ?> method = this.method;
		if (method == null) {
			throw new IllegalStateException("the call has not begun");
		}
		return method;
	}

	/**
	 * Return the full name of the called method.
	 * @return the name, {@code package.Service/Method}
	 */
	public String methodName() {
		return method().getFullMethodName();
	}

	/**
	 * Return whether the method may run twice without harm, as its proto says.
	 * @return whether it may
	 */
	public boolean idempotent() {
		return method().isIdempotent() || method().isSafe();
	}

	/**
	 * Return the kind of a method as logs and the endpoint name it.
	 * @param method the method
	 * @return {@code unary}, {@code server_streaming}, {@code client_streaming} or
	 * {@code bidi_streaming}; {@code unknown} where the descriptor does not tell
	 */
	public static String kind(MethodDescriptor<?, ?> method) {
		return method.getType().name().toLowerCase(Locale.ROOT);
	}

	/**
	 * Return whether more than one message may flow in either direction.
	 * @return whether the method is not unary
	 */
	public boolean streaming() {
		return this.streaming;
	}

	/**
	 * Add a reporter. Called by interceptors before they make or start the call further
	 * in, on one thread.
	 * @param reporter the reporter
	 */
	public void addReporter(CallReporter reporter) {
		this.reporters = append(this.reporters, reporter);
		if (reporter instanceof MessageReporter messages && this.streaming) {
			this.messageReporters = append(this.messageReporters, messages);
		}
		if (this.started) {
			tellStarted(reporter);
		}
	}

	private void tellStarted(CallReporter reporter) {
		try {
			reporter.started(this);
		}
		catch (Throwable ex) {
			reporterFailed(ex);
		}
	}

	/**
	 * A reporter is no reason to fail a call, nor to log the same for each message.
	 */
	private void reporterFailed(Throwable ex) {
		if (!this.reporterFailed) {
			this.reporterFailed = true;
			CallLog.LOGGER.warn("Cannot report a call of {}", methodName(), ex);
		}
	}

	private static <T> T[] append(T[] present, T added) {
		T[] more = Arrays.copyOf(present, present.length + 1);
		more[present.length] = added;
		return more;
	}

	/**
	 * Return when the call began.
	 * @return nanoseconds on the scale of {@link CallTimer#nanoTime()}
	 */
	public long startNanos() {
		return this.startNanos;
	}

	/**
	 * Return how long the call took.
	 * @return nanoseconds from the start to the end, zero while the call lives
	 */
	public long durationNanos() {
		return over() ? endNanos() - this.startNanos : 0;
	}

	/**
	 * Return how many attempts a client's call has made.
	 * @return the number of attempts, zero on the server and without the retry pattern
	 */
	public int attempts() {
		return this.attempts;
	}

	/**
	 * Set how many attempts a client's call has made.
	 * @param attempts the number, the first included
	 */
	public void attempts(int attempts) {
		this.attempts = attempts;
	}

	/**
	 * Return what the call has carried.
	 * @return the counters, which move while the call lives
	 */
	public CallTraffic traffic() {
		return this.traffic;
	}

	/**
	 * A message is about to be delivered.
	 * @param bytes its size where that was known only when it was parsed, else zero
	 */
	void received(long bytes) {
		this.traffic.delivering(bytes);
		if (bytes > 0) {
			size(false, bytes);
		}
		this.traffic.received();
		if (!this.streaming) {
			return;
		}
		touch();
		for (MessageReporter reporter : this.messageReporters) {
			try {
				reporter.messageReceived(this);
			}
			catch (Throwable ex) {
				reporterFailed(ex);
			}
		}
	}

	void sent() {
		this.traffic.sent();
		if (!this.streaming) {
			return;
		}
		touch();
		for (MessageReporter reporter : this.messageReporters) {
			try {
				reporter.messageSent(this);
			}
			catch (Throwable ex) {
				reporterFailed(ex);
			}
		}
	}

	private void touch() {
		ServerCallGuard guard = this.guard;
		if (guard != null) {
			this.traffic.touch(guard.recently());
		}
	}

	/**
	 * The transport knows the size of a message, or of the next part of one.
	 */
	void size(boolean sent, long bytes) {
		if (!this.streaming || (sent && transportStatus() != null)) {
			return;
		}
		this.traffic.size(sent, bytes);
		for (MessageReporter reporter : this.messageReporters) {
			try {
				reporter.messageSize(this, sent, bytes);
			}
			catch (Throwable ex) {
				reporterFailed(ex);
			}
		}
	}

	/**
	 * Note that the deadline of a client's call is that of a policy. Called before the
	 * call starts.
	 * @param deadline the deadline, which is nearer than the caller's own
	 */
	public void policyDeadline(Deadline deadline) {
		this.policyDeadline = deadline;
	}

	@Nullable Deadline policyDeadline() {
		return this.policyDeadline;
	}

	/**
	 * Fix the end of the call and tell the reporters. The caller makes sure that this
	 * happens once.
	 */
	void end(Status status, EndReason reason, long nanoTime) {
		fix(status, reason, nanoTime);
		CallTrace trace = trace();
		if (trace != null) {
			trace.run(this::tellEnded);
		}
		else {
			tellEnded();
		}
	}

	private void tellEnded() {
		for (CallReporter reporter : this.reporters) {
			try {
				reporter.ended(this);
			}
			catch (Throwable ex) {
				reporterFailed(ex);
			}
		}
	}

}
