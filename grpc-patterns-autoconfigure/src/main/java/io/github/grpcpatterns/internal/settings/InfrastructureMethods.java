/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

/**
 * The methods of the health and reflection services.
 */
public final class InfrastructureMethods {

	/** The method pattern of health. */
	public static final String HEALTH = "grpc.health.v1.Health/*";

	/** The method pattern of every version of reflection. */
	public static final String REFLECTION = "grpc.reflection.*";

	private static final MethodPattern HEALTH_PATTERN = new MethodPattern(HEALTH);

	private static final MethodPattern REFLECTION_PATTERN = new MethodPattern(REFLECTION);

	private InfrastructureMethods() {
	}

	/**
	 * Return whether a method belongs to health or reflection.
	 * @param fullMethodName the full name of the method
	 * @return whether it does
	 */
	public static boolean contains(String fullMethodName) {
		return health(fullMethodName) || reflection(fullMethodName);
	}

	/**
	 * Return whether a method belongs to health.
	 * @param fullMethodName the full name of the method
	 * @return whether it does
	 */
	public static boolean health(String fullMethodName) {
		return HEALTH_PATTERN.matches(fullMethodName);
	}

	/**
	 * Return whether a method belongs to a version of reflection.
	 * @param fullMethodName the full name of the method
	 * @return whether it does
	 */
	public static boolean reflection(String fullMethodName) {
		return REFLECTION_PATTERN.matches(fullMethodName);
	}

}
