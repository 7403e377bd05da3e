/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;

/**
 * The methods that this process serves. The adapters of the stacks pass every service
 * that the stack binds through {@link #bound(ServerServiceDefinition)} or
 * {@link #register(ServerServiceDefinition)} before it reaches a server. What else the
 * server knows is added when it is built, and what only a fallback registry finds at its
 * first call.
 */
public final class RegisteredMethods {

	private final Map<String, MethodDescriptor<?, ?>> methods = new ConcurrentSkipListMap<>();

	/** The names that a server looks up in its own table. */
	private final Set<String> inTable = ConcurrentHashMap.newKeySet();

	/** Those whose handlers pass the chain. */
	private final Set<MethodDescriptor<?, ?>> chained = ConcurrentHashMap.newKeySet();

	private volatile boolean served;

	RegisteredMethods() {
	}

	/**
	 * Note the methods of a service that the stack itself bound, with its interceptors,
	 * as far as the application lets it.
	 * @param service the service with its interceptors
	 * @return the service to register instead
	 * @see #register(ServerServiceDefinition)
	 */
	public ServerServiceDefinition bound(ServerServiceDefinition service) {
		return register(service, true);
	}

	/**
	 * Note the methods of a service, and see to it that a request that does not parse
	 * ends its own call only.
	 * @param service the service, with or without interceptors
	 * @return the service to register instead
	 */
	public ServerServiceDefinition register(ServerServiceDefinition service) {
		return register(service, false);
	}

	private ServerServiceDefinition register(ServerServiceDefinition service, boolean bound) {
		ServiceDescriptor.Builder descriptor = ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
			.setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
		Collection<? extends ServerMethodDefinition<?, ?>> methods = service.getMethods().stream().map((method) -> {
			ServerMethodDefinition<?, ?> tolerant = MalformedRequest.tolerant(method);
			inTable(method.getMethodDescriptor());
			if (bound || ChainServerInterceptor.isIn(method.getServerCallHandler())) {
				this.chained.add(tolerant.getMethodDescriptor());
			}
			return tolerant;
		}).toList();
		methods.forEach((method) -> descriptor.addMethod(method.getMethodDescriptor()));
		ServerServiceDefinition.Builder tolerant = ServerServiceDefinition.builder(descriptor.build());
		methods.forEach(tolerant::addMethod);
		return tolerant.build();
	}

	private void inTable(MethodDescriptor<?, ?> method) {
		this.served = true;
		this.methods.putIfAbsent(method.getFullMethodName(), method);
		this.inTable.add(method.getFullMethodName());
	}

	/**
	 * Note all that a server knows: what customizers of the application added to its
	 * builder, and what its fallback registry lists.
	 * @param server the server, which has been built
	 */
	void add(Server server) {
		this.served = true;
		descriptors(server.getImmutableServices()).forEach(this::inTable);
		descriptors(server.getMutableServices()).forEach(this::found);
	}

	private static Collection<? extends MethodDescriptor<?, ?>> descriptors(List<ServerServiceDefinition> services) {
		return services.stream()
			.flatMap((service) -> service.getMethods().stream())
			.map(ServerMethodDefinition::getMethodDescriptor)
			.toList();
	}

	/**
	 * Note a method that a fallback registry found. Such names are not bounded: those
	 * beyond {@link OtherMethod#MAX} share one {@link OtherMethod}.
	 * @param method the method
	 */
	void found(MethodDescriptor<?, ?> method) {
		this.served = true;
		String name = method.getFullMethodName();
		if (this.methods.containsKey(name)) {
			return;
		}
		if (this.methods.size() < OtherMethod.MAX) {
			this.methods.put(name, method);
		}
		else {
			this.methods.computeIfAbsent(OtherMethod.NAME, (other) -> OtherMethod.of(method).descriptor());
		}
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

	/**
	 * Return whether a server finds a method without asking a registry of the
	 * application.
	 * @param fullMethodName the name, {@code package.Service/Method}
	 * @return whether it does
	 */
	public boolean inTable(String fullMethodName) {
		return this.inTable.contains(fullMethodName);
	}

	/**
	 * Return whether the handler of a method passes the chain itself.
	 * @param method the method as the server knows it
	 * @return whether it does
	 */
	boolean chained(MethodDescriptor<?, ?> method) {
		return this.chained.contains(method);
	}

	/**
	 * Return whether this process has a server, even one without any method yet.
	 * @return whether it has
	 */
	public boolean served() {
		return this.served;
	}

}
