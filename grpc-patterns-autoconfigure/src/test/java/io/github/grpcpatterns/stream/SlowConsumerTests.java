/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Handlers that ignore whether their client reads, in a small heap: {@link SlowConsumer}
 * in a process of its own.
 */
class SlowConsumerTests {

	private static final int OUT_OF_MEMORY = 3; // of -XX:+ExitOnOutOfMemoryError

	@Test
	void theStreamsEndAndTheHeapIsBounded() throws Exception {
		Result result = run("limited");
		assertThat(result.output()).contains("20 of 20 ended as SLOW_CONSUMER");
		assertThat(result.exit()).as(result.output()).isZero();
	}

	@Test
	void withoutTheBoundsTheyFillTheHeap() throws Exception {
		Result result = run("unlimited");
		assertThat(result.exit()).as(result.output()).isEqualTo(OUT_OF_MEMORY);
	}

	private static Result run(String mode) throws IOException, InterruptedException {
		ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx96m", "-XX:MaxDirectMemorySize=64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
				"-XX:+ExitOnOutOfMemoryError", SlowConsumer.class.getName(), mode)
			.redirectErrorStream(true);
		builder.environment()
			.put("CLASSPATH", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
		Process process = builder.start();
		try {
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
			return new Result(process.exitValue(), output);
		}
		finally {
			process.destroyForcibly();
		}
	}

	private record Result(int exit, String output) {
	}

}
