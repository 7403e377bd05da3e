/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.Set;

import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RefreshWarning}.
 */
@ExtendWith(OutputCaptureExtension.class)
class RefreshWarningTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, SettingsAutoConfiguration.class));

	@Test
	void aRefreshOfOurSettingsIsSaidToHaveNoEffect(CapturedOutput output) {
		this.runner.run((context) -> {
			context.publishEvent(new EnvironmentChangeEvent(context, Set.of("grpc.patterns.server.stream.idleTimeout",
					"grpc.patterns.server.auth.jwt.secret", "grpc.server.port", "other")));
			assertThat(output).contains("WARN")
				.containsOnlyOnce("The change of grpc.patterns.server.auth.jwt.secret, "
						+ "grpc.patterns.server.stream.idleTimeout has no effect before the application is restarted.");
		});
	}

	@Test
	void aRefreshOfOtherSettingsIsNotMentioned(CapturedOutput output) {
		this.runner.run((context) -> {
			context.publishEvent(new EnvironmentChangeEvent(context, Set.of("grpc.server.port", "", "a b.c[")));
			assertThat(output).doesNotContain("has no effect");
		});
	}

}
