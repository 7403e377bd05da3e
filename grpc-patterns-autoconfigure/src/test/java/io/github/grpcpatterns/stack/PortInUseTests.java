/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

import io.github.grpcpatterns.testing.TestStack;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link PortInUseFailureAnalyzer}.
 */
@ExtendWith(OutputCaptureExtension.class)
class PortInUseTests {

	@ParameterizedTest
	@EnumSource
	void aPortThatIsTakenIsReportedWithItsProperty(TestStack stack, CapturedOutput output) throws IOException {
		String property = (stack == TestStack.NET_DEVH) ? "grpc.server.port" : "spring.grpc.server.port";
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			assertThat(catchThrowable(
					() -> stack.startWeb(WebApplicationType.NONE, Object.class, property + "=" + taken.getLocalPort())))
				.isNotNull();
			assertThat(output).contains("The gRPC server cannot listen:\n\n    Property: " + property + "\n",
					"Origin: \"" + property + "\" from property source \"commandLineArgs\"",
					"/127.0.0.1:" + taken.getLocalPort(), "choose another port with '" + property + "'");
		}
	}

}
