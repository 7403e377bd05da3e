/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StackSecurityFilter}.
 */
class StackSecurityFilterTests {

	private static final String[] CANDIDATES = { AuthServerAutoConfiguration.class.getName(),
			"org.springframework.boot.grpc.server.autoconfigure.security.GrpcServerOAuth2ResourceServerAutoConfiguration",
			null, "net.devh.boot.grpc.server.autoconfigure.GrpcServerSecurityAutoConfiguration",
			"org.springframework.boot.grpc.server.autoconfigure.security.GrpcServerSecurityAutoConfiguration" };

	private static boolean[] match(MockEnvironment environment, String[] candidates) {
		StackSecurityFilter filter = new StackSecurityFilter();
		filter.setEnvironment(environment);
		return filter.match(candidates, null);
	}

	@Test
	void stacksOwnChecksStayOff() {
		assertThat(match(new MockEnvironment(), CANDIDATES)).containsExactly(true, false, true, false, true);
	}

	@Test
	void theyAreBackWhereOursIsOff() {
		for (String property : new String[] { "grpc.patterns.enabled", "grpc.patterns.server.auth.enabled" }) {
			assertThat(match(new MockEnvironment().withProperty(property, "false"), CANDIDATES)).containsOnly(true);
		}
	}

	@Test
	void theyAreBackWhereOursIsExcluded() {
		String[] others = CANDIDATES.clone();
		others[0] = null;
		assertThat(match(new MockEnvironment(), others)).containsOnly(true);
	}

	@Test
	void namesAreThoseOfTheStacks() throws Exception {
		for (String name : CANDIDATES) {
			if (name != null) {
				assertThat(Class.forName(name, false, getClass().getClassLoader())).isNotNull();
			}
		}
	}

	@Test
	void springFindsIt() {
		assertThat(SpringFactoriesLoader.loadFactories(AutoConfigurationImportFilter.class, null))
			.hasAtLeastOneElementOfType(StackSecurityFilter.class);
	}

}
