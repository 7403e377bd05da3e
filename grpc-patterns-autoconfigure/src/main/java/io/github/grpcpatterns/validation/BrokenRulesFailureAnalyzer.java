/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.validation;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Reports a {@link BrokenRulesException}.
 */
final class BrokenRulesFailureAnalyzer extends AbstractFailureAnalyzer<BrokenRulesException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, BrokenRulesException cause) {
		Throwable reason = cause.getCause();
		return new FailureAnalysis(
				"The buf.validate rules of the message " + cause.type()
						+ ", or of a message in it, do not compile:\n\n    "
						+ ((reason != null) ? reason.getMessage() : cause.getMessage()),
				"Correct the rule in the proto file, or disable request validation: "
						+ ValidationServerProperties.PREFIX + ".enabled=false",
				cause);
	}

}
