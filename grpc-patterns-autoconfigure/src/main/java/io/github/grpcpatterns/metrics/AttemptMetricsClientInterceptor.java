/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.metrics;

import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;

import org.springframework.core.Ordered;
import org.springframework.grpc.client.GlobalClientInterceptor;

/**
 * Counts each attempt of a call by its own status, inside the retry interceptor.
 */
@GrpcGlobalClientInterceptor
@GlobalClientInterceptor
public final class AttemptMetricsClientInterceptor implements ClientInterceptor, Ordered {

	private final MeterRegistry registry;

	private final PerMethod<ByConstant<Status.Code, Counter>> methods = new PerMethod<>(this::counters);

	AttemptMetricsClientInterceptor(MeterRegistry registry) {
		this.registry = registry;
	}

	private ByConstant<Status.Code, Counter> counters(MethodDescriptor<?, ?> method) {
		Tags tags = CallMeters.methodTags(method);
		return new ByConstant<>(Status.Code.class,
				(code) -> Counter.builder("grpc.patterns.client.attempts")
					.description("Call attempts by status.")
					.tags(tags)
					.tag(CallMeters.STATUS_TAG, code.name())
					.register(this.registry));
	}

	@Override
	public int getOrder() {
		return ClientInterceptorOrder.ATTEMPT_METRICS;
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions callOptions, Channel next) {
		return new Attempt<>(next.newCall(method, callOptions), this.methods.get(method));
	}

	private static final class Attempt<ReqT, RespT>
			extends ForwardingClientCall.SimpleForwardingClientCall<ReqT, RespT> {

		private final ByConstant<Status.Code, Counter> attempts;

		Attempt(ClientCall<ReqT, RespT> call, ByConstant<Status.Code, Counter> attempts) {
			super(call);
			this.attempts = attempts;
		}

		@Override
		public void start(Listener<RespT> responseListener, Metadata headers) {
			super.start(new CountingListener<>(responseListener, this.attempts), headers);
		}

	}

	private static final class CountingListener<RespT>
			extends ForwardingClientCallListener.SimpleForwardingClientCallListener<RespT> {

		private final ByConstant<Status.Code, Counter> attempts;

		CountingListener(ClientCall.Listener<RespT> listener, ByConstant<Status.Code, Counter> attempts) {
			super(listener);
			this.attempts = attempts;
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			try {
				this.attempts.get(status.getCode()).increment();
			}
			catch (Throwable ex) { // of the registry: the caller hears of the end anyway
				CallLog.LOGGER.warn("Cannot count an attempt of a call", ex);
			}
			super.onClose(status, trailers);
		}

	}

}
