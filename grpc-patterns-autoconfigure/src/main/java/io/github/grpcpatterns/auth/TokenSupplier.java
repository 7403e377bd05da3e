/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import org.jspecify.annotations.Nullable;

/**
 * Supplies the tokens of outbound calls, as a bean of the application. It is called for
 * each attempt of each call whose settings configure neither a token nor relay, so it
 * should cache a token while it is valid.
 * <p>
 * It runs on an executor of the channel, within the {@code Context} of the call, and may
 * block: the call waits, up to its deadline, but no thread of the transport or of the
 * caller does.
 */
@FunctionalInterface
public interface TokenSupplier {

	/**
	 * Return the token for a call.
	 * @param method the full name of the method, {@code package.Service/Method}
	 * @return the token without {@code Bearer}, or {@code null} to make the call without
	 * one
	 * @throws RuntimeException to fail the call: with the status of a
	 * {@code StatusRuntimeException}, which may be retried, else with
	 * {@code UNAUTHENTICATED}
	 */
	@Nullable String token(String method);

}
