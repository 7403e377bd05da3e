/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import io.github.grpcpatterns.compatibility.row.CallsMain;
import io.github.grpcpatterns.testing.TestTokens;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Processes an application of each stack ahead of time, as Spring Boot's Maven plugin
 * does, and starts it with {@code -Dspring.aot.enabled=true}.
 */
class AotIT {

	private static final String AUTH_OFF = "grpc.patterns.server.auth.enabled=false";

	@TempDir
	Path directory;

	static Stream<Row> rows() {
		return Row.all().stream().filter((row) -> row.name().endsWith("-boot-4.1"));
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource("rows")
	void theProcessedApplicationHasEachPattern(Row row) throws Exception {
		process(row);
		assertThat(start(row)).contains("Starting AOT-processed CallsMain", CallsMain.WITHOUT_TOKEN + "UNAUTHENTICATED",
				CallsMain.DONE);
		assertThat(start(row, "grpc.patterns.client.retry.enabled=false")).contains(
				"frozen as they were when the application was processed ahead of time",
				"grpc.patterns.client.retry stays on", CallsMain.DONE);
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource("rows")
	void authThatWasOffInTheBuildCannotBeSwitchedOn(Row row) throws Exception {
		process(row, AUTH_OFF);
		assertThat(start(row, AUTH_OFF)).contains(CallsMain.WITHOUT_TOKEN + "OK", CallsMain.DONE);
		assertThat(start(row, "grpc.patterns.server.auth.enabled=true")).contains("APPLICATION FAILED TO START",
				"grpc.patterns.server.auth.enabled", "Was false when the application was processed ahead of time");
	}

	private void process(Row row, String... settings) throws Exception {
		Path sources = this.directory.resolve("sources");
		List<String> arguments = new ArrayList<>(List.of("org.springframework.boot.SpringApplicationAotProcessor",
				CallsMain.class.getName(), sources.toString(), this.directory.resolve("resources").toString(),
				this.directory.resolve("classes").toString(), "com.example", "application", TestTokens.of("alice")));
		arguments.addAll(List.of(settings));
		java(row, List.of(), arguments);
		try (Stream<Path> files = Files.walk(sources)) {
			List<String> compile = new ArrayList<>(List.of("-nowarn", "-proc:none", "--release", "17", "-d",
					this.directory.resolve("classes").toString(), "-cp", classPath(row)));
			files.map(Path::toString).filter((file) -> file.endsWith(".java")).forEach(compile::add);
			assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, compile.toArray(String[]::new)))
				.isZero();
		}
	}

	private String start(Row row, String... settings) throws Exception {
		List<String> arguments = new ArrayList<>(List.of(CallsMain.class.getName(), TestTokens.of("alice")));
		arguments.addAll(List.of(settings));
		return java(row, List.of("-Dspring.aot.enabled=true"), arguments);
	}

	private String java(Row row, List<String> options, List<String> arguments)
			throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Jdk.found().get(0).java().toString(), "-Xmx512m", "-XX:TieredStopAtLevel=1"));
		command.addAll(options);
		command.addAll(List.of("-cp", classPath(row)));
		command.addAll(arguments);
		Path output = this.directory.resolve("output.txt");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		if (!process.waitFor(3, TimeUnit.MINUTES)) {
			process.destroyForcibly();
		}
		return Files.readString(output);
	}

	private String classPath(Row row) {
		return Stream
			.of(Stream.of(this.directory.resolve("classes"), this.directory.resolve("resources"),
					Path.of("target/test-classes").toAbsolutePath()), row.classPath().stream())
			.flatMap((paths) -> paths)
			.map(Path::toString)
			.collect(Collectors.joining(File.pathSeparator));
	}

}
