/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

/**
 * Receives calls of unknown methods, which no interceptor sees.
 */
@FunctionalInterface
public interface UnknownMethodListener {

	/**
	 * A call of an unknown method was refused as {@code UNIMPLEMENTED}. Its name is
	 * withheld, for it is the client's invention. Called on a thread of the transport.
	 */
	void unknownMethod();

}
