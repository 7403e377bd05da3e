/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.MethodDescriptor;

/**
 * Methods of any name, as a generic gateway makes them up at run time.
 */
public final class Methods {

	/** More than are kept under their own names. */
	public static final int MANY = 10_001;

	private Methods() {
	}

	/**
	 * Return a unary method.
	 */
	public static MethodDescriptor<PingRequest, PingResponse> named(String fullMethodName) {
		return PingServiceGrpc.getPingMethod().toBuilder().setFullMethodName(fullMethodName).build();
	}

	/**
	 * Return more methods than are kept under their own names.
	 */
	public static Stream<MethodDescriptor<PingRequest, PingResponse>> many() {
		return IntStream.range(0, MANY).mapToObj((i) -> named("invented.v1.Service/Method" + i));
	}

}
