package io.github.grpcpatterns.metrics;

import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CallReporter;
import io.github.grpcpatterns.internal.call.OtherMethod;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
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

	private final boolean messageGap;

	private final long largeMessageBytes;

	private final PerMethod<MethodMeters> methods = new PerMethod<>(this::settle, CallMeters::other);

	CallMeters(MeterRegistry registry, CallTimer timer, Side side, boolean messageGap, long largeMessageBytes) {
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
	 * The key of the meters: streams of all types share theirs.
	 */
	private static OtherMethod other(MethodDescriptor<?, ?> method) {
		return new OtherMethod(OtherMethod.NAME,
				(method.getType() == MethodType.UNARY) ? MethodType.UNARY : MethodType.BIDI_STREAMING, false, false);
	}

	private MethodMeters settle(MethodDescriptor<?, ?> method) {
		Tags tags = methodTags(method);
		if (method.getType() == MethodType.UNARY) {
			UnaryReporter reporter = new UnaryReporter(
					timers(this.registry, this.side.unaryDuration, "Duration of unary calls.", tags));
			return (call) -> reporter;
		}
		StreamMeters meters = new StreamMeters(this.registry, this.side, tags, this.messageGap);
		return (call) -> new StreamReporter(meters, this.timer, this.largeMessageBytes);
	}

	static Tags methodTags(MethodDescriptor<?, ?> method) {
		return Tags.of(SYSTEM_TAG, "grpc", METHOD_TAG, method.getFullMethodName());
	}

	/**
	 * The differences between the sides.
	 */
	enum Side {

		SERVER("rpc.server.call.duration", "grpc.patterns.server.stream."),

		CLIENT("rpc.client.call.duration", "grpc.patterns.client.stream.");

		final String unaryDuration;

		final String streamPrefix;

		Side(String unaryDuration, String streamPrefix) {
			this.unaryDuration = unaryDuration;
			this.streamPrefix = streamPrefix;
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

	private record UnaryReporter(ByConstant<Status.Code, Timer> durations) implements CallReporter {

		@Override
		public void ended(CallRecord call) {
			this.durations.get(call.status().getCode()).record(call.durationNanos(), TimeUnit.NANOSECONDS);
		}

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
