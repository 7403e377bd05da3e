/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.scaleout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ScaleOut}, the whole program in a process of its own.
 */
class ScaleOutTests {

	@TempDir
	private Path directory;

	@Test
	void anInstanceThatIsKilledUnderLoadLosesNoProduct() throws Exception {
		Path output = this.directory.resolve("output.txt");
		Process program = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-DGRPC_ENABLE_RFC3986_URIS=false", "-cp", System.getProperty("java.class.path"),
				ScaleOut.class.getName(), "kill", "1")
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			assertThat(program.waitFor(5, TimeUnit.MINUTES)).isTrue();
			assertThat(text(output)).containsPattern("(?m)^ +1  one +[1-9][0-9]+ +0 +0 ");
			assertThat(program.exitValue()).as(() -> text(output)).isZero();
		}
		finally {
			program.destroy();
		}
	}

	private static String text(Path output) {
		try {
			return Files.readString(output, StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
