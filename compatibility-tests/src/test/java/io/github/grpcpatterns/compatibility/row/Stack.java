/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.util.Map;

import io.grpc.Channel;
import io.grpc.MethodDescriptor;

import org.springframework.context.ApplicationContext;
import org.springframework.util.ClassUtils;

/**
 * What differs between the gRPC stacks for the tests: the names of things, nothing that a
 * test asserts. An implementation is loaded only in the rows that have its stack.
 */
interface Stack {

	/** The one of this row. */
	Stack PRESENT = present();

	/** As the line at the start names it, without its version. */
	String name();

	/** Settings for a server on a free loopback port and for plaintext channels. */
	Map<String, String> properties();

	/** Keeps the stack from serving. */
	Map<String, String> clientOnly();

	/** Beans that have types of the stack. */
	Class<?> configuration();

	int port(ApplicationContext context);

	/** A channel of the stack's own client, with the interceptors that it knows. */
	Channel channel(ApplicationContext context, int port);

	/** The method of reflection that the stack serves. */
	MethodDescriptor<?, ?> reflection();

	private static Stack present() {
		boolean netDevh = ClassUtils.isPresent("net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer", null);
		String name = Stack.class.getPackageName() + (netDevh ? ".NetDevhStack" : ".SpringGrpcStack");
		try {
			return (Stack) Class.forName(name).getDeclaredConstructor().newInstance();
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
