/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import org.jspecify.annotations.Nullable;

/**
 * The interceptor on the builder of a server, which runs for every call: puts the chain
 * around the methods that the stack did not bind. A customizer of the application may
 * have added them to the builder, or its fallback registry finds them.
 * <p>
 * Whether a method needs that is settled at its first call, and again when another
 * handler takes its place.
 */
final class ChainServerInterceptor implements ServerInterceptor {

	private static final String LINK = ServerInterceptors.class.getName() + "$InterceptCallHandler";

	private static final @Nullable Field INTERCEPTOR = field("interceptor");

	private static final @Nullable Field NEXT = field("callHandler");

	private final RegisteredMethods methods;

	private final List<ServerInterceptor> chain;

	private final Map<String, Settled> settled = new ConcurrentHashMap<>();

	ChainServerInterceptor(RegisteredMethods methods, List<ServerInterceptor> chain) {
		this.methods = methods;
		this.chain = chain;
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		MethodDescriptor<ReqT, RespT> method = call.getMethodDescriptor();
		ServerCallHandler<ReqT, RespT> handler = this.methods.chained(method) ? next : handler(method, next);
		return handler.startCall(call, headers);
	}

	@SuppressWarnings("unchecked") // settled for the same handler
	private <ReqT, RespT> ServerCallHandler<ReqT, RespT> handler(MethodDescriptor<ReqT, RespT> method,
			ServerCallHandler<ReqT, RespT> next) {
		Settled settled = this.settled.get(method.getFullMethodName());
		if (settled == null || settled.bare() != next) {
			settled = settle(method, next);
		}
		return (ServerCallHandler<ReqT, RespT>) settled.handler();
	}

	private Settled settle(MethodDescriptor<?, ?> method, ServerCallHandler<?, ?> next) {
		this.methods.found(method);
		Settled settled = new Settled(next, isIn(next) ? next : chained(next));
		if (this.settled.size() < OtherMethod.MAX) {
			this.settled.put(method.getFullMethodName(), settled);
		}
		return settled;
	}

	private <ReqT, RespT> ServerCallHandler<ReqT, RespT> chained(ServerCallHandler<ReqT, RespT> handler) {
		ServerCallHandler<ReqT, RespT> chained = handler;
		for (int i = this.chain.size() - 1; i >= 0; i--) {
			chained = new Link<>(this.chain.get(i), chained);
		}
		return chained;
	}

	/**
	 * Return whether somebody bound the chain to a handler: an application that knows
	 * that a builder adds no interceptors may have done so itself.
	 * @param handler the handler of a method
	 * @return whether its interceptors are found to include ours
	 */
	static boolean isIn(ServerCallHandler<?, ?> handler) {
		Object link = handler;
		while (INTERCEPTOR != null && NEXT != null && INTERCEPTOR.getDeclaringClass().isInstance(link)) {
			try {
				if (INTERCEPTOR.get(link) instanceof CallServerInterceptor) {
					return true;
				}
				link = NEXT.get(link);
			}
			catch (IllegalAccessException ex) {
				return false;
			}
		}
		return false;
	}

	/**
	 * grpc-java does not tell the interceptors of a handler in any other way.
	 */
	private static @Nullable Field field(String name) {
		try {
			Field field = Class.forName(LINK, false, ServerInterceptors.class.getClassLoader()).getDeclaredField(name);
			field.setAccessible(true);
			return field;
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			return null;
		}
	}

	/**
	 * How to call a method.
	 *
	 * @param bare the handler that was found
	 * @param handler the handler to call instead
	 */
	private record Settled(ServerCallHandler<?, ?> bare, ServerCallHandler<?, ?> handler) {
	}

	private record Link<ReqT, RespT>(ServerInterceptor interceptor,
			ServerCallHandler<ReqT, RespT> next) implements ServerCallHandler<ReqT, RespT> {

		@Override
		public ServerCall.Listener<ReqT> startCall(ServerCall<ReqT, RespT> call, Metadata headers) {
			return this.interceptor.interceptCall(call, headers, this.next);
		}

	}

}
