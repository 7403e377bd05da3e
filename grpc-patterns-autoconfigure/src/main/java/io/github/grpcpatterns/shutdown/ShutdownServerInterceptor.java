/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import java.util.Set;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.CallDrain;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.settings.InfrastructureMethods;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Treats calls as the state of their server requires: tells the handlers of calls that
 * arrive after the GOAWAY that the server drains, refuses what arrives after the drain
 * timeout, and reports the health of an application that closes. The handlers of refused
 * calls have not started, so clients may retry them.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class ShutdownServerInterceptor implements ServerInterceptor, MethodSettingsSource, Ordered {

	private final ServerDrain drain;

	private final @Nullable ReportedHealth health;

	/**
	 * Create it.
	 * @param drain the drain
	 * @param health the reported health, {@code null} without a health service
	 */
	ShutdownServerInterceptor(ServerDrain drain, @Nullable ReportedHealth health) {
		this.drain = drain;
		this.health = health;
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.SHUTDOWN;
	}

	@Override
	public ActivePattern pattern() {
		return ActivePattern.server("shutdown");
	}

	@Override
	public Set<EndReason> refusals(MethodDescriptor<?, ?> method) {
		return Set.of(EndReason.SERVER_DRAINING);
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		if (this.drain.underWay()) {
			ServerCallGuard guard = ServerCallGuard.current();
			if (!this.drain.admits(guard.record())) {
				return guard.refuse(call, EndReason.SERVER_DRAINING, CallDrain.RETRY);
			}
		}
		ReportedHealth health = this.health;
		if (health != null && InfrastructureMethods.health(call.getMethodDescriptor().getFullMethodName())) {
			return next.startCall(health.of(call, ServerCallGuard.current()), headers);
		}
		return next.startCall(call, headers);
	}

}
