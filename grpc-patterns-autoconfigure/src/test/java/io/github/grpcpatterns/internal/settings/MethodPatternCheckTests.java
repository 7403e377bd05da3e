/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.List;

import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.settings.GrpcPatternsProperties.UnmatchedMethods;
import io.github.grpcpatterns.testing.PingService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link MethodPatternCheck}.
 */
@ExtendWith(OutputCaptureExtension.class)
class MethodPatternCheckTests {

	private static final String PROPERTY = "grpc.patterns.server.auth.public-methods";

	@Test
	void whatMatchesAMethodPasses() {
		check(pingService(), UnmatchedMethods.FAIL, "grpcpatterns.testing.v1.PingService/Ping",
				"grpcpatterns.testing.v1.PingService/*", "grpcpatterns.*", "*");
	}

	@ParameterizedTest
	@CsvSource({ "grpcpatterns.testing.v1.PingService/Pong, grpcpatterns.testing.v1.PingService/Ping",
			"grpcpatterns.testing.v1.PingService/pingbidi, grpcpatterns.testing.v1.PingService/PingBidi",
			"PingService/PingList, grpcpatterns.testing.v1.PingService/PingList",
			"grpcpatterns.testing.v1.PongService/*, grpcpatterns.testing.v1.PingService/*",
			"grpcpatterns.testing.v2.*, grpcpatterns.testing.v1.*", "grpcpattern.*, grpcpatterns.*" })
	void whatMatchesNothingFailsWithTheNearestName(String pattern, String nearest) {
		assertThatExceptionOfType(SettingException.class)
			.isThrownBy(() -> check(pingService(), UnmatchedMethods.FAIL, "*", pattern))
			.satisfies((ex) -> {
				assertThat(ex.setting()).isEqualTo(PROPERTY + "[1]");
				assertThat(ex.value()).hasToString(pattern);
				assertThat(ex.reason()).contains("did you mean '" + nearest + "'?");
			});
	}

	@Test
	void onDemandItIsAWarning(CapturedOutput output) {
		check(pingService(), UnmatchedMethods.WARN, "grpcpatterns.testing.v1.PingService/Pong");
		assertThat(output).contains("WARN", PROPERTY + "[0]", "'grpcpatterns.testing.v1.PingService/Pong'",
				"did you mean 'grpcpatterns.testing.v1.PingService/Ping'?");
	}

	@Test
	void withoutAServerNothingIsChecked() {
		check(TestCalls.registeredMethods(), UnmatchedMethods.FAIL, "no.such.Service/Method");
	}

	private static void check(RegisteredMethods methods, UnmatchedMethods unmatched, String... patterns) {
		new MethodPatternCheck(methods, List.of(MethodPatterns.of(PROPERTY, List.of(patterns))), unmatched).check();
	}

	private static RegisteredMethods pingService() {
		RegisteredMethods methods = TestCalls.registeredMethods();
		methods.register(new PingService().bindService());
		return methods;
	}

}
