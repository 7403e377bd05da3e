package io.github.grpcpatterns.deadline;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.NoScheduler;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.settings.InfrastructureMethods;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.github.grpcpatterns.internal.settings.Settings;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Bounds the time of the calls that are served.
 * <p>
 * The caller's own deadline is kept by grpc-java. A nearer one of ours is ended by the
 * guard, on the timer's thread, and is in the handler's {@link Context}, so that the
 * calls it makes inherit it.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class DeadlineServerInterceptor implements ServerInterceptor, MethodSettingsSource, Ordered {

	private final DeadlineServerProperties properties;

	private final MethodOverrides<DeadlineServerProperties.Override> overrides;

	private final PerMethod<Policy> policies = new PerMethod<>(this::policy);

	DeadlineServerInterceptor(DeadlineServerProperties properties) {
		this.properties = properties;
		this.overrides = properties.methodOverrides();
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.DEADLINE;
	}

	private Policy policy(MethodDescriptor<?, ?> method) {
		Settled settled = settled(method);
		return new Policy(Settings.nanosOrNone(settled.defaultDeadline.value()),
				Settings.nanosOrNone(settled.max.value()), settled.required.value());
	}

	private Settled settled(MethodDescriptor<?, ?> descriptor) {
		String method = descriptor.getFullMethodName();
		boolean everyone = !InfrastructureMethods.contains(method);
		DeadlineServerProperties defaults = everyone ? this.properties : DeadlineServerProperties.NONE;
		return new Settled(
				this.overrides.setting(method, "default", DeadlineServerProperties.Override::defaultDeadline,
						defaults.defaultDeadline(), everyone),
				this.overrides.setting(method, "max", DeadlineServerProperties.Override::max, defaults.max(), everyone),
				this.overrides.setting(method, "required", DeadlineServerProperties.Override::required,
						defaults.required(), everyone));
	}

	@Override
	public ActivePattern pattern() {
		return ActivePattern.server("deadline");
	}

	@Override
	public Map<String, Setting<?>> settings(MethodDescriptor<?, ?> method) {
		Settled settled = settled(method);
		Map<String, Setting<?>> settings = new LinkedHashMap<>();
		settings.put("default", settled.defaultDeadline);
		settings.put("max", settled.max);
		settings.put("required", settled.required);
		if (InfrastructureMethods.contains(method.getFullMethodName())) {
			settings.values().removeIf((setting) -> !setting.overridden());
		}
		return settings;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		Policy policy = this.policies.get(call.getMethodDescriptor());
		Deadline callers = Context.current().getDeadline();
		if (callers == null && policy.required) {
			return ServerCallGuard.current().refuse(call, EndReason.DEADLINE_REQUIRED);
		}
		if (callers != null && callers.isExpired()) {
			return ServerCallGuard.current().refuse(call, EndReason.DEADLINE);
		}
		long ours = (callers == null) ? Math.min(policy.defaultNanos, policy.maxNanos) : policy.maxNanos;
		if (ours == Long.MAX_VALUE || (callers != null && callers.timeRemaining(TimeUnit.NANOSECONDS) <= ours)) {
			return next.startCall(call, headers);
		}
		ServerCallGuard.current().endAfter(ours, EndReason.DEADLINE);
		Context context = Context.current()
			.withDeadline(Deadline.after(ours, TimeUnit.NANOSECONDS), NoScheduler.INSTANCE);
		return Contexts.interceptCall(context, call, headers, next);
	}

	/**
	 * What holds for one method, {@link Long#MAX_VALUE} for defaults.
	 */
	private record Policy(long defaultNanos, long maxNanos, boolean required) {
	}

	private record Settled(Setting<Duration> defaultDeadline, Setting<Duration> max, Setting<Boolean> required) {
	}

}
