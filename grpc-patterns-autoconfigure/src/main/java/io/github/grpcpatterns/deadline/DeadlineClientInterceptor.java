package io.github.grpcpatterns.deadline;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.internal.settings.MethodOverrides;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.github.grpcpatterns.internal.settings.Settings;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;

import org.springframework.core.Ordered;
import org.springframework.grpc.client.GlobalClientInterceptor;

/**
 * Gives the calls that are made a deadline, unless the caller's own is nearer. That of a
 * call being handled is kept by grpc-java.
 */
@GrpcGlobalClientInterceptor
@GlobalClientInterceptor
public final class DeadlineClientInterceptor implements ClientInterceptor, MethodSettingsSource, Ordered {

	private final DeadlineClientProperties properties;

	private final MethodOverrides<DeadlineClientProperties.Override> overrides;

	private final PerMethod<Long> nanos = new PerMethod<>((method) -> Settings.nanosOrNone(settled(method).value()));

	DeadlineClientInterceptor(DeadlineClientProperties properties) {
		this.properties = properties;
		this.overrides = properties.methodOverrides();
	}

	private Setting<Duration> settled(MethodDescriptor<?, ?> descriptor) {
		String method = descriptor.getFullMethodName();
		return unary(descriptor)
				? this.overrides.setting(method, "unary", DeadlineClientProperties.Override::unary,
						this.properties.unary())
				: this.overrides.setting(method, "stream", DeadlineClientProperties.Override::stream,
						this.properties.stream());
	}

	private static boolean unary(MethodDescriptor<?, ?> method) {
		return method.getType() == MethodDescriptor.MethodType.UNARY;
	}

	@Override
	public ActivePattern pattern() {
		return ActivePattern.client("deadline");
	}

	@Override
	public Map<String, Setting<?>> settings(MethodDescriptor<?, ?> method) {
		return Map.of(unary(method) ? "unary" : "stream", settled(method));
	}

	@Override
	public int getOrder() {
		return ClientInterceptorOrder.DEADLINE;
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel next) {
		long nanos = this.nanos.get(method);
		if (nanos == Long.MAX_VALUE) {
			return next.newCall(method, callOptions);
		}
		Deadline ours = Deadline.after(nanos, TimeUnit.NANOSECONDS);
		Deadline callers = callOptions.getDeadline();
		return next.newCall(method,
				(callers == null || ours.isBefore(callers)) ? callOptions.withDeadline(ours) : callOptions);
	}

}
