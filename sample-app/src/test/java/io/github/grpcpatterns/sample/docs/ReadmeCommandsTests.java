/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.docs;

import java.nio.charset.StandardCharsets;

import io.github.grpcpatterns.sample.SampleInstance;
import io.github.grpcpatterns.sample.docs.Pages.Snippet;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the commands that the README wants run against the sample.
 */
class ReadmeCommandsTests {

	@Test
	void theFirstCallIsRefusedAndTheSecondIsAnswered() throws Exception {
		Snippet commands = Pages.snippets("sh")
			.filter((snippet) -> snippet.before().equals("<!-- run against the sample -->"))
			.findFirst()
			.orElseThrow();
		try (SampleInstance instance = SampleInstance.start("spring.profiles.active=dev")) {
			Process bash = new ProcessBuilder("bash", "-c",
					commands.text().replace("localhost:8080", "localhost:" + instance.httpPort()))
				.redirectErrorStream(true)
				.start();
			String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(output).containsSubsequence("TOKEN_MISSING", "\n401\n", "[", "\n200\n");
		}
	}

}
