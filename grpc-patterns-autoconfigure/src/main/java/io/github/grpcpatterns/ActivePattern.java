/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

/**
 * An enabled pattern, as a bean for the line that is logged on startup. It has the
 * {@code @Order} of its interceptor, so that the line shows the chain.
 *
 * @param side where it works
 * @param name its name as in the settings
 */
public record ActivePattern(Side side, String name) {

	/**
	 * A side of a call.
	 */
	public enum Side {

		/** The calls that this process serves. */
		SERVER,

		/** The calls that this process makes. */
		CLIENT

	}

	/**
	 * Return a pattern of the server.
	 * @param name its name
	 * @return the pattern
	 */
	public static ActivePattern server(String name) {
		return new ActivePattern(Side.SERVER, name);
	}

	/**
	 * Return a pattern of the client.
	 * @param name its name
	 * @return the pattern
	 */
	public static ActivePattern client(String name) {
		return new ActivePattern(Side.CLIENT, name);
	}

}
