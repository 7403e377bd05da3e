/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.github.grpcpatterns.ServerInterceptorOrder;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.kotlin.CoroutineContextServerInterceptor;
import kotlin.coroutines.CoroutineContext;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Carries the MDC and the security context of a call into the coroutines that grpc-kotlin
 * starts for it. The gRPC {@code Context} is carried by grpc-kotlin itself.
 * <p>
 * Without it, coroutines have the identity and the correlation id in the {@code Context}
 * only.
 */
@GrpcGlobalServerInterceptor
@GlobalServerInterceptor
public final class CoroutineServerInterceptor extends CoroutineContextServerInterceptor implements Ordered {

	CoroutineServerInterceptor() {
	}

	@Override
	public int getOrder() {
		return ServerInterceptorOrder.COROUTINE;
	}

	@Override
	public CoroutineContext coroutineContext(ServerCall<?, ?> call, Metadata headers) {
		return new CallCoroutineElement(ServerCallGuard.current());
	}

}
