/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.logging;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CallReporter;
import io.github.grpcpatterns.internal.call.CallTrace;
import io.github.grpcpatterns.internal.call.CorrelationScope;
import io.github.grpcpatterns.internal.call.LogLine;
import io.github.grpcpatterns.internal.settings.MethodPatterns;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.github.grpcpatterns.internal.settings.Settings;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.slf4j.Logger;
import org.slf4j.event.KeyValuePair;
import org.slf4j.event.Level;

/**
 * Logs the lines of a call, on both sides.
 */
final class CallLine {

	private static final double NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

	/** By the value of the code. */
	private static final List<KeyValuePair> STATUSES = Arrays.stream(Status.Code.values())
		.map((code) -> new KeyValuePair("grpc.status", code.name()))
		.toList();

	private final Logger logger;

	private final long slowNanos;

	private final boolean startLine;

	private final MethodPatterns excluded;

	private final PerMethod<Line> lines = new PerMethod<>(this::line);

	CallLine(Logger logger, Duration slowCallThreshold, boolean startLine, MethodPatterns excluded) {
		this.logger = logger;
		this.startLine = startLine;
		this.slowNanos = Settings.nanosOrNone(slowCallThreshold);
		this.excluded = excluded;
	}

	void follow(CallRecord call) {
		Line line = this.lines.get(call.method());
		if (line.logged) {
			call.addReporter(line);
		}
	}

	/**
	 * Return whether a line is written when a call of a method begins.
	 */
	boolean tellsStart(MethodDescriptor<?, ?> method) {
		return this.startLine && this.logger.isDebugEnabled() && this.lines.get(method).logged;
	}

	/**
	 * Write the line of a call that begins.
	 */
	void started(CallRecord call) {
		new LogLine(this.logger, Level.DEBUG, call.methodName() + " started").add("grpc.method", call.methodName())
			.add(CorrelationScope.MDC_KEY, call.correlationId())
			.write();
	}

	/**
	 * Write the line of a call that has ended.
	 */
	void report(CallRecord call) {
		this.lines.get(call.method()).ended(call);
	}

	private Line line(MethodDescriptor<?, ?> method) {
		boolean logged = this.excluded.named()
			.stream()
			.noneMatch((named) -> named.pattern().matches(method.getFullMethodName()));
		boolean unary = method.getType() == MethodDescriptor.MethodType.UNARY;
		return new Line(method, unary ? this.slowNanos : Long.MAX_VALUE, logged);
	}

	private static Level level(Status.Code code) {
		return switch (code) {
			case DEADLINE_EXCEEDED, PERMISSION_DENIED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE,
					UNAVAILABLE ->
				Level.WARN;
			case UNKNOWN, UNIMPLEMENTED, INTERNAL, DATA_LOSS -> Level.ERROR;
			default -> Level.INFO;
		};
	}

	/**
	 * The line as far as it is the same for all calls of a method.
	 */
	private final class Line implements CallReporter {

		private final KeyValuePair type;

		private final long slowNanos;

		private final boolean logged;

		Line(MethodDescriptor<?, ?> method, long slowNanos, boolean logged) {
			this.type = new KeyValuePair("grpc.type", CallRecord.kind(method));
			this.slowNanos = slowNanos;
			this.logged = logged;
		}

		@Override
		public void ended(CallRecord call) {
			Level level = level(call.status().getCode());
			if (level == Level.INFO && call.durationNanos() >= this.slowNanos) {
				level = Level.WARN;
			}
			if (!CallLine.this.logger.isEnabledForLevel(level)) {
				return;
			}
			line(call, level).write();
		}

		private LogLine line(CallRecord call, Level level) {
			long nanos = call.durationNanos();
			KeyValuePair status = STATUSES.get(call.status().getCode().value());
			LogLine line = new LogLine(CallLine.this.logger, level,
					call.methodName() + " " + status.value + " in " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms")
				.add("grpc.method", call.methodName())
				.add(this.type)
				.add(status)
				.add("duration_ms", nanos / NANOS_PER_MILLI)
				.add("messages.received", call.traffic().messagesReceived())
				.add("messages.sent", call.traffic().messagesSent())
				.add("peer", call.peerText())
				.add("principal", call.principal())
				.add(CorrelationScope.MDC_KEY, call.correlationId());
			CallTrace trace = call.trace();
			if (trace != null) {
				line.add(CallTrace.TRACE_ID, trace.traceId()).add(CallTrace.SPAN_ID, trace.spanId());
			}
			Throwable exception = call.exception();
			if (exception != null && call.exceptionUnknown()) {
				call.exceptionLogged();
				line.cause(exception);
			}
			else if (exception != null) {
				line.add("exception.type", exception.getClass().getName());
				line.add("exception.message", exception.getMessage());
			}
			return line;
		}

	}

}
