/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StartedMessage}.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartedMessageTests {

	@Test
	void theLogNamesThePageThePortAndTheTokenOfAStart(CapturedOutput output) {
		try (SampleInstance instance = SampleInstance.start("spring.profiles.active=dev")) {
			String page = "http://localhost:" + instance.httpPort() + "/";
			assertThat(output)
				.containsPattern("Started: page " + page + ", gRPC on port \\d+, token: curl -s " + page + "dev/token");
			assertThat(output).doesNotContain("Failed to set up a Bean Validation provider");
		}
	}

}
