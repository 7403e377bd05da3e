/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import java.util.List;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.grpc.StatusException;
import org.jspecify.annotations.Nullable;

import org.springframework.grpc.server.exception.GrpcExceptionHandler;

/**
 * Calls the {@link GrpcExceptionHandler} beans of Spring gRPC, one of which represents
 * all {@code @GrpcAdvice} beans.
 */
final class SpringGrpcErrorHandlers implements StackErrorHandlers {

	/**
	 * Boot's own, not the user's: it knows what {@link SecurityErrors} knows.
	 */
	private static final String SECURITY = "org.springframework.grpc.server.security.SecurityGrpcExceptionHandler";

	private final List<GrpcExceptionHandler> handlers;

	SpringGrpcErrorHandlers(List<GrpcExceptionHandler> handlers) {
		this.handlers = handlers.stream().filter((handler) -> !handler.getClass().getName().equals(SECURITY)).toList();
	}

	@Override
	public @Nullable StatusException handle(Throwable thrown, CallRecord call) {
		for (GrpcExceptionHandler handler : this.handlers) {
			StatusException answer = handler.handleException(thrown);
			if (answer != null) {
				return answer;
			}
		}
		return null;
	}

}
