package io.github.grpcpatterns.internal.call;

/**
 * Hears of calls of methods that no service has, which no interceptor sees.
 */
@FunctionalInterface
public interface UnknownMethodListener {

	/**
	 * A call of an unknown method was refused as {@code UNIMPLEMENTED}. Its name is
	 * withheld, for it is the client's invention. Called on a thread of the transport.
	 */
	void unknownMethod();

}
