/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error;

import io.github.grpcpatterns.EndReason;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;

/**
 * Maps the exceptions that Spring Security's method security throws.
 */
final class SecurityErrors implements KnownErrors {

	@Override
	public @Nullable KnownError find(Throwable thrown) {
		if (thrown instanceof AccessDeniedException) {
			return new KnownError(Status.Code.PERMISSION_DENIED, EndReason.ACCESS_DENIED);
		}
		if (thrown instanceof AuthenticationException) {
			return new KnownError(Status.Code.UNAUTHENTICATED);
		}
		return null;
	}

}
