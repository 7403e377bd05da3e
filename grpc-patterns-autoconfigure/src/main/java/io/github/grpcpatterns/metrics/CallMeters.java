/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CallReporter;
import io.github.grpcpatterns.internal.call.OtherMethod;
import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

/**
 * The meters of one side, created once for each method.
 */
final class CallMeters {

	static final String SYSTEM_TAG = "rpc.system.name";

	static final String METHOD_TAG = "rpc.method";

	static final String STATUS_TAG = "rpc.response.status_code";

	private final MeterRegistry registry;

	private final CallTimer timer;

	private final Side side;

	private final Function<MethodDescriptor<?, ?>, Set<EndReason>> refusals;

	private final boolean messageGap;

	private final long largeMessageBytes;

	private final PerMethod<MethodMeters> methods = new PerMethod<>(this::settle, CallMeters::other);

	/**
	 * Create it.
	 * @param refusals finds the reasons for which policies may refuse calls of a method
	 */
	CallMeters(MeterRegistry registry, CallTimer timer, Side side,
			Function<MethodDescriptor<?, ?>, Set<EndReason>> refusals, boolean messageGap, long largeMessageBytes) {
		this.refusals = refusals;
		this.registry = registry;
		this.timer = timer;
		this.side = side;
		this.messageGap = messageGap;
		this.largeMessageBytes = largeMessageBytes;
	}

	void follow(CallRecord call) {
		call.addReporter(this.methods.get(call.method()).reporter(call));
	}

	/**
	 * Register the meters of methods before their first calls.
	 */
	void register(Collection<MethodDescriptor<?, ?>> methods) {
		methods.forEach(this.methods::get);
	}

	/**
	 * The key of the meters: streams of all types share theirs.
	 */
	private static OtherMethod other(MethodDescriptor<?, ?> method) {
		return new OtherMethod(OtherMethod.NAME,
				(method.getType() == MethodType.UNARY) ? MethodType.UNARY : MethodType.BIDI_STREAMING, false, false);
	}

	private MethodMeters settle(MethodDescriptor<?, ?> method) {
		Tags tags = methodTags(method);
		Set<EndReason> possible = this.refusals.apply(method);
		ByConstant<EndReason, Counter> refused = counters(this.registry, this.side.refused,
				"Calls that a policy refused or ended, by reason.", tags);
		present(refused, possible);
		if (method.getType() == MethodType.UNARY) {
			UnaryReporter reporter = new UnaryReporter(
					timers(this.registry, this.side.unaryDuration, "Duration of unary calls.", tags), refused);
			return (call) -> reporter;
		}
		StreamMeters meters = new StreamMeters(this.registry, this.side, tags, refused, this.messageGap);
		present(meters.ended, this.side.ends);
		present(meters.ended, possible);
		return (call) -> new StreamReporter(meters, this.timer, this.largeMessageBytes);
	}

	/**
	 * Register counters before their first events. A registry that cannot is no reason to
	 * fail the call that comes first.
	 */
	private static void present(ByConstant<EndReason, Counter> counters, Set<EndReason> reasons) {
		try {
			reasons.forEach(counters::get);
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("Cannot register a meter", ex);
		}
	}

	static Tags methodTags(MethodDescriptor<?, ?> method) {
		return Tags.of(SYSTEM_TAG, "grpc", METHOD_TAG, method.getFullMethodName());
	}

	/**
	 * The differences between the sides.
	 */
	enum Side {

		SERVER("server",
				EnumSet.of(EndReason.COMPLETED, EndReason.CANCELLED, EndReason.DEADLINE, EndReason.FAILED,
						EndReason.INTERNAL)),

		CLIENT("client", EnumSet.of(EndReason.COMPLETED, EndReason.CANCELLED, EndReason.DEADLINE, EndReason.FAILED));

		final String unaryDuration;

		final String streamPrefix;

		final String refused;

		/** How a stream may end whatever the settings are. */
		final Set<EndReason> ends;

		Side(String name, Set<EndReason> ends) {
			this.unaryDuration = "rpc." + name + ".call.duration";
			this.streamPrefix = "grpc.patterns." + name + ".stream.";
			this.refused = "grpc.patterns." + name + ".refused";
			this.ends = ends;
		}

	}

	/**
	 * The meters of one method.
	 */
	@FunctionalInterface
	private interface MethodMeters {

		/**
		 * Return what follows one call; one object for all calls where that has no state.
		 */
		CallReporter reporter(CallRecord call);

	}

	private record UnaryReporter(ByConstant<Status.Code, Timer> durations,
			ByConstant<EndReason, Counter> refused) implements CallReporter {

		@Override
		public void ended(CallRecord call) {
			if (call.refused()) {
				this.refused.get(call.endReason()).increment();
			}
			this.durations.get(call.status().getCode()).record(call.durationNanos(), TimeUnit.NANOSECONDS);
		}

	}

	/**
	 * Return a counter for each reason.
	 */
	static ByConstant<EndReason, Counter> counters(MeterRegistry registry, String name, String description, Tags tags) {
		return new ByConstant<>(EndReason.class,
				(reason) -> Counter.builder(name)
					.description(description)
					.tags(tags)
					.tag("reason", reason.tag())
					.register(registry));
	}

	/**
	 * Return a timer for each status.
	 */
	static ByConstant<Status.Code, Timer> timers(MeterRegistry registry, String name, String description, Tags tags) {
		return new ByConstant<>(Status.Code.class,
				(code) -> Timer.builder(name)
					.description(description)
					.tags(tags)
					.tag(STATUS_TAG, code.name())
					.register(registry));
	}

}
