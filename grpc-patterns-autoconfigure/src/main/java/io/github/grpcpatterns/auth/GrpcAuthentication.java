/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import io.github.grpcpatterns.internal.call.CallRecord;
import io.grpc.Context;
import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;

/**
 * The caller of the call being handled. It is available wherever the call's gRPC
 * {@link Context} is, unlike {@code SecurityContextHolder}, which is set during callbacks
 * only.
 */
public final class GrpcAuthentication {

	private static final Context.Key<Authentication> KEY = Context.key("io.github.grpcpatterns.authentication");

	private GrpcAuthentication() {
	}

	/**
	 * Return who the caller is.
	 * @return the authentication in the current {@link Context}, or {@code null} outside
	 * a call and in calls of public methods
	 */
	public static @Nullable Authentication current() {
		Authentication authentication = KEY.get();
		if (authentication != null) {
			return authentication;
		}
		CallRecord call = CallRecord.current();
		return (call != null && call.credential() instanceof Identity identity) ? identity.authentication() : null;
	}

	/**
	 * Put a caller into a context, for tests of handlers. It goes before the caller of
	 * the call.
	 * @param context the context
	 * @param authentication who the caller is
	 * @return a context that knows the caller
	 */
	public static Context in(Context context, Authentication authentication) {
		return context.withValue(KEY, authentication);
	}

}
