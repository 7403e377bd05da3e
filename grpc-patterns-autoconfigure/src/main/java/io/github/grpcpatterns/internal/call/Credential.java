/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

/**
 * The credential that authenticated the caller of an inbound call. It is kept in the
 * record of the call, and thus in the gRPC {@link io.grpc.Context}.
 */
public interface Credential {

	/**
	 * Return the token. Never log it, never put it into MDC.
	 * @return the token as received, without {@code Bearer}
	 */
	String token();

}
