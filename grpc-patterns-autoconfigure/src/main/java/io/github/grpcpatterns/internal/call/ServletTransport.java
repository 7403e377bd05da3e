/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.grpc.ServerBuilder;

/**
 * Recognizes the transport that runs in a servlet container. It cannot send trailers
 * alone, has no connection of its own to limit, and reads on whatever a handler asks for.
 */
public final class ServletTransport {

	private static final String PACKAGE = "io.grpc.servlet.";

	private ServletTransport() {
	}

	/**
	 * Return whether a builder makes a server of this transport.
	 * @param builder the builder
	 * @return whether it does
	 */
	public static boolean of(ServerBuilder<?> builder) {
		return builder.getClass().getName().startsWith(PACKAGE);
	}

}
