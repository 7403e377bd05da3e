package io.github.grpcpatterns.internal.settings;

/**
 * The methods of health and reflection, which serve the operation of a server and not its
 * users.
 */
public final class InfrastructureMethods {

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
	 * Return whether a method belongs to {@code grpc.health.v1.Health}.
	 * @param fullMethodName the full name of the method
	 * @return whether it does
	 */
	public static boolean health(String fullMethodName) {
		return fullMethodName.startsWith("grpc.health.v1.Health/");
	}

	/**
	 * Return whether a method belongs to a version of {@code grpc.reflection}.
	 * @param fullMethodName the full name of the method
	 * @return whether it does
	 */
	public static boolean reflection(String fullMethodName) {
		return fullMethodName.startsWith("grpc.reflection.");
	}

}
