/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.io.InputStream;

import io.grpc.MethodDescriptor;

/**
 * Represents all further methods once {@value #MAX} are known: a client may create
 * methods at run time, as a generic gateway does, and a fallback registry may serve any.
 * Equal ones represent the same methods.
 *
 * @param name the name, {@value #NAME} unless more than that has to be known
 * @param type the type of its calls
 * @param safe whether its methods are safe
 * @param idempotent whether its methods are idempotent
 */
public record OtherMethod(String name, MethodDescriptor.MethodType type, boolean safe, boolean idempotent) {

	/** The number of methods of which something is kept under their own names. */
	public static final int MAX = 10_000;

	/** The name of all others. */
	public static final String NAME = "other";

	/**
	 * Return the representative of a method, by its type alone.
	 * @param method the method
	 * @return the representative
	 */
	public static OtherMethod of(MethodDescriptor<?, ?> method) {
		return new OtherMethod(NAME, method.getType(), false, false);
	}

	/**
	 * Return a descriptor, which tells nothing of the messages: they differ from method
	 * to method.
	 * @return a descriptor that no call is made with
	 */
	public MethodDescriptor<?, ?> descriptor() {
		return MethodDescriptor.newBuilder(Unknown.INSTANCE, Unknown.INSTANCE)
			.setType(this.type)
			.setFullMethodName(this.name)
			.setSafe(this.safe)
			.setIdempotent(this.idempotent)
			.build();
	}

	private enum Unknown implements MethodDescriptor.Marshaller<Object> {

		INSTANCE;

		@Override
		public InputStream stream(Object value) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Object parse(InputStream stream) {
			throw new UnsupportedOperationException();
		}

	}

}
