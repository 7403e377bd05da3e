/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.Set;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link StackConfigurationFilter}.
 */
class StackConfigurationFilterTests {

	private final MockEnvironment environment = new MockEnvironment();

	private boolean[] match(String... classes) {
		StackConfigurationFilter filter = new StackConfigurationFilter("grpc.patterns.server.auth", "ours",
				Set.of("theirs")) {
		};
		filter.setEnvironment(this.environment);
		return filter.match(classes, mock(AutoConfigurationMetadata.class));
	}

	@Test
	void theirsIsLeftOutWhileOursIsOn() {
		assertThat(match("ours", "theirs", "others", null)).containsExactly(true, false, true, true);
	}

	@Test
	void theirsStaysWhereOursIsOff() {
		this.environment.setProperty("grpc.patterns.server.auth.enabled", "false");
		assertThat(match("ours", "theirs")).containsExactly(true, true);
	}

	@Test
	void theirsStaysWhereAllOfOursIsOff() {
		this.environment.setProperty("grpc.patterns.enabled", "false");
		assertThat(match("ours", "theirs")).containsExactly(true, true);
	}

	@Test
	void theirsStaysWhereOursIsExcluded() {
		assertThat(match("theirs")).containsExactly(true);
	}

}
