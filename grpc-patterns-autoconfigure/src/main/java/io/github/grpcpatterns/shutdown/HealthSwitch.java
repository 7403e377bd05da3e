package io.github.grpcpatterns.shutdown;

/**
 * Sets the health of the servers to {@code NOT_SERVING}, permanently and for every
 * service name.
 */
@FunctionalInterface
interface HealthSwitch {

	/**
	 * Turn it, unless it has been turned.
	 */
	void enterTerminalState();

}
