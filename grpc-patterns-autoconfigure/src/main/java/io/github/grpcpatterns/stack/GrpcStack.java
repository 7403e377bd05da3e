/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import io.github.grpcpatterns.ActivePattern.Side;

/**
 * A gRPC stack in use in this process, as a bean for the line that is logged on startup.
 *
 * @param side what it does here
 * @param name its name
 * @param version its version, {@code unknown} where its jar does not say
 */
public record GrpcStack(Side side, String name, String version) {

	/**
	 * Return a stack in the version that its jar says.
	 * @param side what it does here
	 * @param name its name
	 * @param type a type of the jar
	 * @return the stack
	 */
	public static GrpcStack of(Side side, String name, Class<?> type) {
		String version = type.getPackage().getImplementationVersion();
		return new GrpcStack(side, name, (version != null) ? version : "unknown");
	}

}
