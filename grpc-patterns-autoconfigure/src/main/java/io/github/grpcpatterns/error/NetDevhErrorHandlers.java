/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusException;
import net.devh.boot.grpc.server.advice.GrpcAdviceExceptionHandler;
import net.devh.boot.grpc.server.advice.GrpcExceptionHandlerMethodResolver;
import org.jspecify.annotations.Nullable;

/**
 * Calls the {@code @GrpcAdvice} beans of net.devh. Its handler closes a call, so it gets
 * one that only records the status.
 */
final class NetDevhErrorHandlers implements StackErrorHandlers {

	private final GrpcExceptionHandlerMethodResolver resolver;

	private final GrpcAdviceExceptionHandler handler;

	NetDevhErrorHandlers(GrpcExceptionHandlerMethodResolver resolver, GrpcAdviceExceptionHandler handler) {
		this.resolver = resolver;
		this.handler = handler;
	}

	@Override
	public @Nullable StatusException handle(Throwable thrown, CallRecord call) {
		if (!this.resolver.isMethodMappedForException(thrown.getClass())) {
			return null;
		}
		ClosedCall closed = new ClosedCall(call.method());
		this.handler.handleError(closed, thrown);
		return closed.answer;
	}

	private static final class ClosedCall extends ServerCall<Object, Object> {

		private final MethodDescriptor<?, ?> method;

		private @Nullable StatusException answer;

		ClosedCall(MethodDescriptor<?, ?> method) {
			this.method = method;
		}

		@Override
		public void close(Status status, Metadata trailers) {
			this.answer = status.asException(trailers);
		}

		@Override
		public void request(int numMessages) {
		}

		@Override
		public void sendHeaders(Metadata headers) {
		}

		@Override
		public void sendMessage(Object message) {
		}

		@Override
		public boolean isCancelled() {
			return false;
		}

		@Override
		@SuppressWarnings("unchecked") // a handler can do no more than look at it
		public MethodDescriptor<Object, Object> getMethodDescriptor() {
			return (MethodDescriptor<Object, Object>) this.method;
		}

	}

}
