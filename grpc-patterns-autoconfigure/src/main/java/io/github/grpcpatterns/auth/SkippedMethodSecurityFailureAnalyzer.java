/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.util.StringUtils;

/**
 * Reports a {@link SkippedMethodSecurityException} and its possible fixes.
 */
final class SkippedMethodSecurityFailureAnalyzer extends AbstractFailureAnalyzer<SkippedMethodSecurityException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, SkippedMethodSecurityException cause) {
		return new FailureAnalysis(StringUtils.capitalize(String.valueOf(cause.getMessage())) + ".", cause.action(),
				cause);
	}

}
