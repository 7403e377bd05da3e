/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.Credential;
import io.grpc.Context;
import org.jspecify.annotations.Nullable;

/**
 * The accepted token of the call being handled, for outbound calls made while handling it
 * ({@code grpc.patterns.client.auth.relay}).
 * <p>
 * Holds the token as it was received, without {@code Bearer}, in the gRPC {@link Context}
 * only: never log it or put it into the MDC.
 */
public final class RelayedToken {

	private static final Context.Key<String> KEY = Context.key("io.github.grpcpatterns.relayed-token");

	private RelayedToken() {
	}

	/**
	 * Put an accepted token into a context, for code that authenticates callers itself.
	 * It goes before the {@linkplain CallRecord#credential() credential} of the call.
	 * @param context the context of the call
	 * @param token the token as received, without {@code Bearer}
	 * @return a context that carries the token
	 */
	public static Context in(Context context, String token) {
		return context.withValue(KEY, token);
	}

	/**
	 * Return the token of the caller.
	 * @return the token in the current {@link Context}, or {@code null} if the caller was
	 * not authenticated by one
	 */
	public static @Nullable String current() {
		String token = KEY.get();
		if (token != null) {
			return token;
		}
		CallRecord call = CallRecord.current();
		Credential credential = (call != null) ? call.credential() : null;
		return (credential != null) ? credential.token() : null;
	}

}
