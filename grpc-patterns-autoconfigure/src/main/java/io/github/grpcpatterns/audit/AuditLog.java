/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.audit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.internal.call.AuthOutcomeListener;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CallTrace;
import io.github.grpcpatterns.internal.call.CorrelationScope;
import io.github.grpcpatterns.internal.call.LogLine;
import io.github.grpcpatterns.internal.settings.MethodPatterns;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Logs each decision about access to the audited methods and publishes it as an event, on
 * the thread that decides and when it does.
 */
final class AuditLog implements AuthOutcomeListener {

	private static final Logger logger = LoggerFactory.getLogger("grpc.patterns.audit");

	private final AuditServerProperties.On on;

	private final @Nullable AuditEvents events;

	private final PerMethod<Audited> methods;

	/**
	 * Create it.
	 * @param sources the settings of the patterns, of which auth's tell the rule
	 * @param events publishes events, {@code null} without the actuator
	 */
	AuditLog(AuditServerProperties properties, ObjectProvider<MethodSettingsSource> sources,
			@Nullable AuditEvents events) {
		this.on = properties.decisions();
		this.events = events;
		MethodPatterns patterns = properties.audited();
		this.methods = new PerMethod<>((method) -> Audited.of(patterns, sources.stream(), method));
	}

	@Override
	public void outcome(CallRecord call, Outcome outcome) {
		boolean passes = outcome == Outcome.PUBLIC || outcome == Outcome.ACCEPTED;
		if (passes && this.on == AuditServerProperties.On.DENIED) {
			return;
		}
		Audited audited = this.methods.get(call.method());
		if (!audited.audited()) {
			return;
		}
		Map<String, @Nullable Object> data = data(call, outcome, audited.rule());
		if (logger.isInfoEnabled()) {
			LogLine line = new LogLine(logger, Level.INFO, call.methodName() + " " + outcome.tag());
			data.forEach(line::add);
			line.write();
		}
		if (this.events != null) {
			this.events.publish(call.principal(), data);
		}
	}

	private static Map<String, @Nullable Object> data(CallRecord call, Outcome outcome, @Nullable String rule) {
		Map<String, @Nullable Object> data = new LinkedHashMap<>();
		data.put("grpc.method", call.methodName());
		data.put("outcome", outcome.tag());
		put(data, "principal", call.principal());
		put(data, "peer", call.peerText());
		put(data, CorrelationScope.MDC_KEY, call.correlationId());
		CallTrace trace = call.trace();
		put(data, CallTrace.TRACE_ID, (trace != null) ? trace.traceId() : null);
		put(data, "rule", rule);
		return data;
	}

	private static void put(Map<String, @Nullable Object> data, String name, @Nullable String value) {
		if (value != null) {
			data.put(name, value);
		}
	}

	/**
	 * The settings of a method.
	 *
	 * @param audited whether it is audited
	 * @param rule the property that decides about access to it, {@code null} if unknown
	 */
	private record Audited(boolean audited, @Nullable String rule) {

		static Audited of(MethodPatterns patterns, Stream<MethodSettingsSource> sources,
				MethodDescriptor<?, ?> method) {
			String name = method.getFullMethodName();
			boolean audited = patterns.named().stream().anyMatch((named) -> named.pattern().matches(name));
			String rule = sources.filter((source) -> source.pattern().equals(ActivePattern.server("auth")))
				.flatMap((source) -> source.settings(method).values().stream())
				.map(Setting::property)
				.findFirst()
				.orElse(null);
			return new Audited(audited, rule);
		}

	}

}
