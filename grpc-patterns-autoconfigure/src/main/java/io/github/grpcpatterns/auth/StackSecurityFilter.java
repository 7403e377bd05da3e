/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.util.Set;

import io.github.grpcpatterns.stack.StackConfigurationFilter;

import org.springframework.util.ClassUtils;

/**
 * Excludes the token checks that the stacks auto-configure.
 * <p>
 * Boot's is activated by a {@code JwtDecoder} bean and refuses public methods too.
 * net.devh's does not start without {@code AccessDecisionManager}, which Spring Security
 * 7 removed; it is kept where that class exists, but see
 * {@link NetDevhAuthenticationFilter}.
 */
final class StackSecurityFilter extends StackConfigurationFilter {

	private static final String BOOT = "org.springframework.boot.grpc.server.autoconfigure.security."
			+ "GrpcServerOAuth2ResourceServerAutoConfiguration";

	static final String NET_DEVH = "net.devh.boot.grpc.server.autoconfigure.GrpcServerSecurityAutoConfiguration";

	StackSecurityFilter() {
		super("grpc.patterns.server.auth", "io.github.grpcpatterns.auth.AuthServerAutoConfiguration",
				ClassUtils.isPresent("org.springframework.security.access.AccessDecisionManager",
						StackSecurityFilter.class.getClassLoader()) ? Set.of(BOOT) : Set.of(BOOT, NET_DEVH));
	}

}
