/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.io.InputStream;

import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Replaces a request message that cannot be parsed.
 * <p>
 * If a marshaller throws, grpc-java closes the stream without the interceptors, the
 * handler responds nevertheless, and its second set of headers can end the connection
 * with all other calls on it. The marshaller therefore returns this instead of throwing,
 * and the outermost interceptor ends the call.
 */
final class MalformedRequest {

	private static final Status STATUS = Status.INTERNAL.withDescription("the request could not be parsed");

	/** Compressed, so that the transport did not see it. */
	private static final Status TOO_LARGE = Status.RESOURCE_EXHAUSTED.withDescription("the request is too large");

	private final Throwable cause;

	private MalformedRequest(Throwable cause) {
		this.cause = cause;
	}

	void end(ServerCallGuard guard) {
		guard.record().exception(this.cause, false);
		boolean tooLarge = this.cause instanceof StatusRuntimeException thrown
				&& thrown.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED;
		guard.end(guard.failure(tooLarge ? TOO_LARGE : STATUS));
	}

	/**
	 * Replace the marshaller of a method's requests by one that never throws.
	 * @param <ReqT> the type of requests
	 * @param <RespT> the type of responses
	 * @param method the method
	 * @return the method to serve instead
	 */
	static <ReqT, RespT> ServerMethodDefinition<ReqT, RespT> tolerant(ServerMethodDefinition<ReqT, RespT> method) {
		return ServerMethodDefinition.create(tolerant(method.getMethodDescriptor()), method.getServerCallHandler());
	}

	static <ReqT, RespT> MethodDescriptor<ReqT, RespT> tolerant(MethodDescriptor<ReqT, RespT> method) {
		return method.toBuilder(tolerant(method.getRequestMarshaller()), method.getResponseMarshaller()).build();
	}

	static boolean isTolerant(MethodDescriptor<?, ?> method) {
		return method.getRequestMarshaller() instanceof Marshaller;
	}

	private static <T> MethodDescriptor.Marshaller<T> tolerant(MethodDescriptor.Marshaller<T> marshaller) {
		if (marshaller instanceof MethodDescriptor.PrototypeMarshaller<T> prototype) {
			return new PrototypeMarshaller<>(prototype);
		}
		return new Marshaller<>(marshaller);
	}

	private static class Marshaller<T> implements MethodDescriptor.Marshaller<T> {

		private final MethodDescriptor.Marshaller<T> delegate;

		Marshaller(MethodDescriptor.Marshaller<T> delegate) {
			this.delegate = delegate;
		}

		@Override
		public InputStream stream(T value) {
			return this.delegate.stream(value);
		}

		@Override
		@SuppressWarnings("unchecked") // no one but the outermost interceptor sees it
		public T parse(InputStream stream) {
			try {
				return this.delegate.parse(stream);
			}
			catch (Throwable ex) {
				return (T) new MalformedRequest(ex);
			}
		}

	}

	private static final class PrototypeMarshaller<T> extends Marshaller<T>
			implements MethodDescriptor.PrototypeMarshaller<T> {

		private final MethodDescriptor.PrototypeMarshaller<T> delegate;

		PrototypeMarshaller(MethodDescriptor.PrototypeMarshaller<T> delegate) {
			super(delegate);
			this.delegate = delegate;
		}

		@Override
		public @Nullable T getMessagePrototype() {
			return this.delegate.getMessagePrototype();
		}

		@Override
		public Class<T> getMessageClass() {
			return this.delegate.getMessageClass();
		}

	}

}
