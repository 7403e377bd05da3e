/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.settings.SettingsAutoConfiguration;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for what a start that fails prints of the settings that hold secrets: never their
 * value, however they are set.
 */
@ExtendWith(OutputCaptureExtension.class)
class AuthSettingReportTests {

	@ParameterizedTest
	@ValueSource(strings = { "server.auth", "server.auth.enabled", "client.auth.enabled", "server.auth.jwt",
			"server.auth.jwt.secret", "server.auth.jwt.secert", "server.auth.jwt.secret.value",
			"server.auth.jwt.clock-skew", "server.auth.jwt.max-length", "server.auth.jwt.require-expiry",
			"server.auth.cache", "server.auth.cache.size", "server.auth.rules", "server.auth.rules[0]",
			"server.auth.rules[0].authority", "server.auth.infrastructure", "server.auth.infrastructure.health",
			"server.auth.end-streams-on-expiry", "server.auth.secret", "server.auht.jwt.secret", "client.auth",
			"client.auth.tokn", "client.auth.relay", "client.auth.overrides", "client.auth.overrides[0]",
			"client.auth.overrides[0].tokn", "client.auth.overrides[0].allow-plaintext" })
	void aValueThatCannotBeIsNotPrinted(String name, CapturedOutput output) {
		Throwable failure = catchThrowable(
				() -> new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
					.run("--spring.main.banner-mode=off", "--grpc.patterns." + name + "=hunter2 hunter2"));
		assertThat(failure).isNotNull();
		assertThat(output).contains("APPLICATION FAILED TO START", "grpc.patterns." + name.replaceFirst("\\[.*", ""))
			.doesNotContain("hunter2");
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ SettingsAutoConfiguration.class, CallAutoConfiguration.class,
			AuthServerAutoConfiguration.class, AuthClientAutoConfiguration.class })
	static class Application {

	}

}
