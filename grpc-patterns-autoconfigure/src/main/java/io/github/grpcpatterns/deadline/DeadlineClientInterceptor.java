package io.github.grpcpatterns.deadline;

import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.MethodOverrides;
import io.github.grpcpatterns.PerMethod;
import io.github.grpcpatterns.Settings;
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
public final class DeadlineClientInterceptor implements ClientInterceptor, Ordered {

	private final PerMethod<Long> nanos;

	DeadlineClientInterceptor(DeadlineClientProperties properties) {
		MethodOverrides<DeadlineClientProperties.Override> overrides = properties.methodOverrides();
		this.nanos = new PerMethod<>((method) -> nanos(method, properties, overrides));
	}

	private static long nanos(MethodDescriptor<?, ?> descriptor, DeadlineClientProperties properties,
			MethodOverrides<DeadlineClientProperties.Override> overrides) {
		String method = descriptor.getFullMethodName();
		boolean unary = descriptor.getType() == MethodDescriptor.MethodType.UNARY;
		return Settings.nanosOrNone(unary
				? overrides.setting(method, "unary", DeadlineClientProperties.Override::unary, properties.unary())
					.value()
				: overrides.setting(method, "stream", DeadlineClientProperties.Override::stream, properties.stream())
					.value());
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
