package io.github.grpcpatterns.metrics;

import io.github.grpcpatterns.ClientInterceptorOrder;
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
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.grpc.client.GlobalClientInterceptor;

/**
 * Counts each attempt of a call by its own status; it stands inside retry.
 */
@GrpcGlobalClientInterceptor
@GlobalClientInterceptor
public final class AttemptMetricsClientInterceptor implements ClientInterceptor, Ordered {

	private final MeterRegistry registry;

	private final PerMethod<Attempts> methods = new PerMethod<>(
			(method) -> new Attempts(CallMeters.methodTags(method)));

	AttemptMetricsClientInterceptor(MeterRegistry registry) {
		this.registry = registry;
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

		private final Attempts attempts;

		Attempt(ClientCall<ReqT, RespT> call, Attempts attempts) {
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

		private final Attempts attempts;

		CountingListener(ClientCall.Listener<RespT> listener, Attempts attempts) {
			super(listener);
			this.attempts = attempts;
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			this.attempts.get(status.getCode()).increment();
			super.onClose(status, trailers);
		}

	}

	/**
	 * The counters of one method, each registered when its status first occurs.
	 */
	private final class Attempts {

		private final @Nullable Counter[] counters = new Counter[Status.Code.values().length];

		private final Tags tags;

		Attempts(Tags tags) {
			this.tags = tags;
		}

		Counter get(Status.Code code) {
			Counter counter = this.counters[code.ordinal()];
			if (counter == null) {
				counter = Counter.builder("grpc.patterns.client.attempts")
					.description("Attempts of calls, by the status of the attempt.")
					.tags(this.tags)
					.tag(CallMeters.STATUS_TAG, code.name())
					.register(AttemptMetricsClientInterceptor.this.registry);
				this.counters[code.ordinal()] = counter;
			}
			return counter;
		}

	}

}
