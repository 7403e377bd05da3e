package io.github.grpcpatterns.internal.call;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;

/**
 * The methods that this process serves. The adapters of the stacks pass every service
 * through {@link #register(ServerServiceDefinition)} before it reaches a server.
 */
public final class RegisteredMethods {

	private final Map<String, MethodDescriptor<?, ?>> methods = new ConcurrentSkipListMap<>();

	RegisteredMethods() {
	}

	/**
	 * Note the methods of a service, and see to it that a request that does not parse
	 * ends its own call only.
	 * @param service the service with its interceptors
	 * @return the service to register instead
	 */
	public ServerServiceDefinition register(ServerServiceDefinition service) {
		ServiceDescriptor.Builder descriptor = ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
			.setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
		Collection<? extends ServerMethodDefinition<?, ?>> methods = service.getMethods().stream().map((method) -> {
			this.methods.put(method.getMethodDescriptor().getFullMethodName(), method.getMethodDescriptor());
			return tolerant(method);
		}).toList();
		methods.forEach((method) -> descriptor.addMethod(method.getMethodDescriptor()));
		ServerServiceDefinition.Builder tolerant = ServerServiceDefinition.builder(descriptor.build());
		methods.forEach(tolerant::addMethod);
		return tolerant.build();
	}

	private static <ReqT, RespT> ServerMethodDefinition<ReqT, RespT> tolerant(
			ServerMethodDefinition<ReqT, RespT> method) {
		MethodDescriptor<ReqT, RespT> descriptor = method.getMethodDescriptor();
		return ServerMethodDefinition.create(descriptor
			.toBuilder(MalformedRequest.tolerant(descriptor.getRequestMarshaller()), descriptor.getResponseMarshaller())
			.build(), method.getServerCallHandler());
	}

	/**
	 * Return the methods by full name, in the order of names.
	 * @return the methods, empty in a process without a server
	 */
	public Map<String, MethodDescriptor<?, ?>> all() {
		return Collections.unmodifiableMap(this.methods);
	}

	/**
	 * Return whether a method is served here.
	 * @param fullMethodName the name, {@code package.Service/Method}
	 * @return whether it is
	 */
	public boolean contains(String fullMethodName) {
		return this.methods.containsKey(fullMethodName);
	}

}
