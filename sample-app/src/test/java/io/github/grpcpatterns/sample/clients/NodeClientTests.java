/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.clients;

import java.nio.file.Files;
import java.nio.file.Path;

import io.github.grpcpatterns.sample.SampleInstance;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@code sample-app/clients/node} against the application.
 */
@Timeout(120)
class NodeClientTests {

	@TempDir
	private static Path documents;

	@Test
	void everyMethodIsCalled() throws Exception {
		Assumptions.assumeTrue(ClientRun.of("node", "--version").code() == 0, "node is not installed");
		Assumptions.assumeTrue(Files.isDirectory(Path.of("clients/node/node_modules/@grpc/grpc-js")),
				"npm ci has not been run in clients/node");
		try (SampleInstance instance = SampleInstance.start("sample.prices.interval=50ms",
				"sample.storage.directory=" + documents)) {
			ClientRun.everyMethod(instance, "node", "clients/node/client.js");
		}
	}

}
