/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.List;

import io.github.grpcpatterns.internal.settings.MissingLibraryException.Missing;
import org.junit.jupiter.api.Test;

import org.springframework.boot.diagnostics.FailureAnalysis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MissingLibraryFailureAnalyzer}.
 */
class MissingLibraryFailureAnalyzerTests {

	@Test
	void theReportNamesEachArtifactAndEachSwitchOnce() {
		MissingLibraryException exception = new MissingLibraryException(
				List.of(new Missing("grpc.patterns.server.stream", Library.BUCKET4J),
						new Missing("grpc.patterns.server.stream", Library.CAFFEINE),
						new Missing("grpc.patterns.server.auth", Library.CAFFEINE)));
		FailureAnalysis analysis = new MissingLibraryFailureAnalyzer()
			.analyze(new IllegalStateException("the start failed", exception));
		assertThat(analysis.getDescription())
			.containsOnlyOnce("grpc.patterns.server.stream needs com.bucket4j:bucket4j_jdk17-core\n")
			.containsOnlyOnce("grpc.patterns.server.stream needs com.github.ben-manes.caffeine:caffeine\n")
			.containsOnlyOnce("grpc.patterns.server.auth needs com.github.ben-manes.caffeine:caffeine\n");
		assertThat(analysis.getAction()).containsOnlyOnce("grpc.patterns.server.stream.enabled=false\n")
			.containsOnlyOnce("grpc.patterns.server.auth.enabled=false\n");
	}

}
