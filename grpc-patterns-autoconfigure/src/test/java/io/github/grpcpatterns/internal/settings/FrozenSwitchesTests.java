/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.io.IOException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link FrozenSwitches} and {@link FrozenSwitchesAotProcessor}.
 */
@ExtendWith(OutputCaptureExtension.class)
class FrozenSwitchesTests {

	private static StandardEnvironment settings(String... properties) {
		StandardEnvironment environment = new StandardEnvironment();
		TestPropertyValues.of(properties).applyTo(environment);
		return environment;
	}

	@Test
	void authThatWasOffInTheBuildAndIsOnFailsTheStart() {
		for (String[] on : new String[][] { {}, { "grpc.patterns.server.auth.enabled=true" } }) {
			assertThatExceptionOfType(SettingException.class)
				.isThrownBy(() -> FrozenSwitches.check(settings(on), "grpc.patterns.server.auth"))
				.satisfies((ex) -> assertThat(ex.setting()).isEqualTo("grpc.patterns.server.auth.enabled"))
				.withMessageContaining("processed ahead of time");
		}
	}

	@Test
	void authThatStaysOffIsNotReported(CapturedOutput output) {
		FrozenSwitches.check(settings("grpc.patterns.server.auth.enabled=false"), "grpc.patterns.server.auth");
		FrozenSwitches.check(settings());
		assertThat(output).doesNotContain("frozen");
	}

	@Test
	void aSwitchThatWasChangedSinceIsReported(CapturedOutput output) {
		FrozenSwitches.check(settings("grpc.patterns.server.auth.enabled=false"), "grpc.patterns.client.retry");
		assertThat(output).containsOnlyOnce("WARN")
			.contains("grpc.patterns.client.retry stays off, grpc.patterns.server.auth stays on.");
	}

	@Test
	void theSwitchOfAllPatternsIsOneOfEach(CapturedOutput output) {
		FrozenSwitches.check(settings("grpc.patterns.enabled=false"));
		assertThat(output).contains("grpc.patterns.server.auth stays on", "grpc.patterns.client.retry stays on");
	}

	@Test
	void theGeneratedCodeKnowsWhatIsOffInTheBuild() throws IOException {
		GenericApplicationContext context = new GenericApplicationContext();
		TestPropertyValues.of("grpc.patterns.client.retry.enabled=false", "grpc.patterns.server.auth.enabled=false")
			.applyTo(context);
		InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get("com.example", "Application")), files);
		new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		generation.writeGeneratedContent();
		StringBuilder sources = new StringBuilder();
		for (String path : files.getGeneratedFiles(Kind.SOURCE).keySet()) {
			sources.append(files.getGeneratedFileContent(Kind.SOURCE, path));
		}
		assertThat(sources).contains(
				"FrozenSwitches.check(environment, \"grpc.patterns.client.retry\", \"grpc.patterns.server.auth\")");
	}

}
