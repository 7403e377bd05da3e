/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;

/**
 * A {@link PingService} under another name, for a second service that no stack binds.
 */
public final class AdminService {

	/** The name of the service. */
	public static final String NAME = "admin.v1.AdminService";

	public static final MethodDescriptor<PingRequest, PingResponse> PING = named(PingServiceGrpc.getPingMethod());

	public static final MethodDescriptor<PingRequest, PingResponse> LIST = named(PingServiceGrpc.getPingListMethod());

	public static final MethodDescriptor<PingRequest, PingResponse> STREAM = named(
			PingServiceGrpc.getPingStreamMethod());

	public static final MethodDescriptor<PingRequest, PingResponse> BIDI = named(PingServiceGrpc.getPingBidiMethod());

	private AdminService() {
	}

	/**
	 * Return the service with the handlers of another.
	 */
	public static ServerServiceDefinition of(PingService service) {
		ServerServiceDefinition.Builder admin = ServerServiceDefinition.builder(NAME);
		service.bindService().getMethods().forEach((method) -> admin.addMethod(named(method)));
		return admin.build();
	}

	private static <Q, R> ServerMethodDefinition<Q, R> named(ServerMethodDefinition<Q, R> method) {
		return ServerMethodDefinition.create(named(method.getMethodDescriptor()), method.getServerCallHandler());
	}

	private static <Q, R> MethodDescriptor<Q, R> named(MethodDescriptor<Q, R> method) {
		return method.toBuilder().setFullMethodName(NAME + "/" + method.getBareMethodName()).build();
	}

}
