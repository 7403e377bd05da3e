package io.github.grpcpatterns.shutdown;

/**
 * Turns the health of the servers to {@code NOT_SERVING}, under every name and for good.
 */
@FunctionalInterface
interface HealthSwitch {

	/**
	 * Turn it, unless it has been turned.
	 */
	void enterTerminalState();

}
