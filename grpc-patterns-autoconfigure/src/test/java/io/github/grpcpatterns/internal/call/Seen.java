/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.github.grpcpatterns.auth.GrpcAuthentication;
import io.github.grpcpatterns.correlation.CorrelationId;
import org.slf4j.MDC;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * What code finds of its call on its thread.
 *
 * @param correlationId the correlation id in the {@code Context}
 * @param mdcCorrelationId the correlation id in the MDC
 * @param mdcOther another key in the MDC
 * @param identity the caller in the {@code Context}
 * @param securityContext the caller in {@code SecurityContextHolder}
 */
public record Seen(String correlationId, String mdcCorrelationId, String mdcOther, String identity,
		String securityContext) {

	static final Seen NOTHING = new Seen(null, null, null, null, null);

	static final String OTHER_KEY = "tenant";

	static Seen now() {
		Seen seen = new Seen(CorrelationId.current(), MDC.get("correlationId"), MDC.get(OTHER_KEY),
				name(GrpcAuthentication.current()), name(SecurityContextHolder.getContext().getAuthentication()));
		if (seen.securityContext == null) {
			SecurityContextHolder.clearContext(); // reading made an empty one
		}
		return seen;
	}

	private static String name(Authentication authentication) {
		return (authentication != null) ? authentication.getName() : null;
	}

}
