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
import org.jspecify.annotations.Nullable;
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

	private static final List<KeyValuePair> RECEIVED = fewMessages("messages.received");

	private static final List<KeyValuePair> SENT = fewMessages("messages.sent");

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

	private static List<KeyValuePair> fewMessages(String key) {
		return List.of(new KeyValuePair(key, 0L), new KeyValuePair(key, 1L));
	}

	private static KeyValuePair messages(List<KeyValuePair> few, long messages) {
		return (messages < few.size()) ? few.get((int) messages) : new KeyValuePair(few.get(0).key, messages);
	}

	/**
	 * The line as far as it is the same for all calls of a method. What many lines share
	 * is made once, which saves 240 bytes of a line.
	 */
	private final class Line implements CallReporter {

		private final KeyValuePair method;

		private final KeyValuePair type;

		private final long slowNanos;

		private final boolean logged;

		/** Of successful calls, by their milliseconds. */
		private final @Nullable String[] messages = new String[10];

		Line(MethodDescriptor<?, ?> method, long slowNanos, boolean logged) {
			this.method = new KeyValuePair("grpc.method", method.getFullMethodName());
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
			String name = call.methodName();
			boolean own = name.equals(this.method.value); // else one of many, see
															// OtherMethod
			Status.Code code = call.status().getCode();
			long nanos = call.durationNanos();
			LogLine line = new LogLine(CallLine.this.logger, level, message(name, own, code, nanos))
				.add(own ? this.method : new KeyValuePair(this.method.key, name))
				.add(this.type)
				.add(STATUSES.get(code.value()))
				.add("duration_ms", nanos / NANOS_PER_MILLI)
				.add(messages(RECEIVED, call.traffic().messagesReceived()))
				.add(messages(SENT, call.traffic().messagesSent()))
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

		private String message(String method, boolean own, Status.Code code, long nanos) {
			long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
			boolean kept = own && code == Status.Code.OK && millis < this.messages.length;
			String message = kept ? this.messages[(int) millis] : null;
			if (message == null) {
				message = method + " " + code + " in " + millis + " ms";
				if (kept) {
					this.messages[(int) millis] = message;
				}
			}
			return message;
		}

	}

}
