/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.grpc.BinaryLog;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.ServerBuilder;
import io.grpc.ServerMethodDefinition;

/**
 * Sees to it that a request that does not parse ends its own call only, for methods that
 * did not pass {@link RegisteredMethods}. A binary log is the only means of grpc-java to
 * replace a method's marshaller after the look-up. One that the application gives the
 * builder takes its place.
 */
final class TolerantMethods extends BinaryLog {

	private final Map<MethodDescriptor<?, ?>, MethodDescriptor<?, ?>> tolerant = new ConcurrentHashMap<>();

	static void addTo(ServerBuilder<?> builder) {
		try {
			builder.setBinaryLog(new TolerantMethods());
		}
		catch (UnsupportedOperationException ex) {
			// not a builder of grpc-java's own
		}
	}

	@Override
	public <ReqT, RespT> ServerMethodDefinition<?, ?> wrapMethodDefinition(ServerMethodDefinition<ReqT, RespT> method) {
		MethodDescriptor<ReqT, RespT> descriptor = method.getMethodDescriptor();
		if (MalformedRequest.isTolerant(descriptor)) {
			return method;
		}
		return ServerMethodDefinition.create(tolerant(descriptor), method.getServerCallHandler());
	}

	@SuppressWarnings("unchecked") // of the same types as its key
	private <ReqT, RespT> MethodDescriptor<ReqT, RespT> tolerant(MethodDescriptor<ReqT, RespT> method) {
		MethodDescriptor<?, ?> tolerant = this.tolerant.get(method);
		if (tolerant == null) {
			tolerant = MalformedRequest.tolerant(method);
			if (this.tolerant.size() < OtherMethod.MAX) {
				this.tolerant.put(method, tolerant);
			}
		}
		return (MethodDescriptor<ReqT, RespT>) tolerant;
	}

	@Override
	public Channel wrapChannel(Channel channel) {
		return channel;
	}

	@Override
	public void close() {
	}

}
