/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.util.Map;
import java.util.Set;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.MethodSettingsSource.Setting;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.settings.MethodSettings;
import io.github.grpcpatterns.internal.settings.PerMethod;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import org.jspecify.annotations.Nullable;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Enforces the limits of inbound streams; unary calls are unaffected.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class StreamServerInterceptor implements ServerInterceptor, MethodSettingsSource, Ordered {

	private final MethodSettings<StreamPolicy> settings;

	private final PerMethod<StreamPolicy> policies;

	private final CallTimer timer;

	private final PendingBytes pendingBytes;

	/** {@code null} where no method has a rate: rates need libraries. */
	private final @Nullable Rates rates;

	StreamServerInterceptor(StreamServerProperties properties, CallTimer timer) {
		this.settings = MethodSettings.server(properties.methodOverrides(),
				(lookup) -> StreamPolicy.of(lookup, properties));
		this.policies = this.settings.perMethod();
		this.timer = timer;
		this.pendingBytes = new PendingBytes(properties.totalBytes());
		this.rates = properties.limitsRate() ? new Rates(timer) : null;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.STREAM;
	}

	/**
	 * Return what waits in all streams together.
	 */
	PendingBytes pendingBytes() {
		return this.pendingBytes;
	}

	@Override
	public ActivePattern pattern() {
		return ActivePattern.server("stream");
	}

	@Override
	public Map<String, Setting<?>> settings(MethodDescriptor<?, ?> method) {
		return this.settings.settings(method);
	}

	@Override
	public Set<EndReason> refusals(MethodDescriptor<?, ?> method) {
		StreamPolicy policy = this.settings.settle(method);
		return (policy != StreamPolicy.NONE) ? policy.refusals(this.pendingBytes.bounded()) : Set.of();
	}

	StreamPolicy policy(MethodDescriptor<?, ?> method) {
		return this.policies.get(method);
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		StreamPolicy policy = this.policies.get(call.getMethodDescriptor());
		if (policy == StreamPolicy.NONE) {
			return next.startCall(call, headers);
		}
		ServerCallGuard guard = ServerCallGuard.current();
		if (policy.maxDurationNanos() != Long.MAX_VALUE) {
			long age = this.timer.nanoTime() - guard.record().startNanos();
			guard.endAfter(Math.max(0, policy.maxDurationNanos() - age), EndReason.STREAM_MAX_DURATION);
		}
		if (!policy.limitsMessages()) {
			guard.gate(new StreamGate<>(call, guard, policy, this.timer, this.pendingBytes, null, null));
			return next.startCall(call, headers);
		}
		StreamCall<ReqT, RespT> limited = new StreamCall<>(call, guard, policy, this.timer, this.pendingBytes,
				this.rates);
		return new StreamListener<>(limited, next.startCall(limited, headers));
	}

}
