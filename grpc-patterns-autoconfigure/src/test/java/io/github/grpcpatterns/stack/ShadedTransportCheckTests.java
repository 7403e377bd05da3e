/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import io.github.grpcpatterns.testing.TestStack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ShadedTransportCheck}.
 */
@ExtendWith(OutputCaptureExtension.class)
class ShadedTransportCheckTests {

	private static final String WARNING = "Both grpc-netty-shaded and grpc-netty are on the class path";

	@Test
	void theShadedTransportBesideBootsOwnIsReported(CapturedOutput output) {
		TestStack.SPRING_GRPC.runner()
			.withClassLoader(getClass().getClassLoader())
			.run((context) -> assertThat(output).containsOnlyOnce(WARNING)
				.contains("Exclude io.grpc:grpc-netty-shaded"));
	}

	@Test
	void oneTransportIsNotReported(CapturedOutput output) {
		TestStack.SPRING_GRPC.runner().run((context) -> assertThat(output).doesNotContain(WARNING));
	}

	@Test
	void netDevhHasTheShadedOneForItsOwn(CapturedOutput output) {
		TestStack.NET_DEVH.runner().run((context) -> assertThat(output).doesNotContain(WARNING));
	}

}
