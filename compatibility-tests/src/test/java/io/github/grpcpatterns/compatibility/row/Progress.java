/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Says in the output where each test begins and ends.
 */
final class Progress implements TestExecutionListener {

	@Override
	public void executionStarted(TestIdentifier test) {
		if (test.isTest()) {
			System.out.println("=== " + test.getUniqueId());
		}
	}

	@Override
	public void executionFinished(TestIdentifier test, TestExecutionResult result) {
		if (test.isTest() || result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
			System.out.println("=== " + result.getStatus() + " " + test.getDisplayName());
		}
	}

}
