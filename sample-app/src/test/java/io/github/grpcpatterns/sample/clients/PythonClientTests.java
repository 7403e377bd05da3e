/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.clients;

import java.nio.file.Path;

import io.github.grpcpatterns.sample.SampleInstance;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@code sample-app/clients/python} against the application.
 */
@Timeout(120)
class PythonClientTests {

	private static final String PYTHON = "/usr/bin/python3";

	@TempDir
	private static Path documents;

	@Test
	void everyMethodIsCalled() throws Exception {
		Assumptions.assumeTrue(ClientRun.of(PYTHON, "-c", "import grpc").code() == 0,
				"python3-grpcio is not installed");
		try (SampleInstance instance = SampleInstance.start("sample.prices.interval=50ms",
				"sample.storage.directory=" + documents)) {
			ClientRun.everyMethod(instance, PYTHON, "clients/python/client.py");
		}
	}

}
