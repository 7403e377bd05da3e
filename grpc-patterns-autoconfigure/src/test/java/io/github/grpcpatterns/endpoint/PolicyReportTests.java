/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.testing.Http;
import io.github.grpcpatterns.testing.TestStack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.skyscreamer.jsonassert.JSONAssert;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PolicyReport}, mostly in processes of their own, which it ends.
 */
class PolicyReportTests {

	private static final String PING = "grpcpatterns.testing.v1.PingService/";

	private static final String[] SETTINGS = { "grpc.patterns.server.auth.jwt.secret=0123456789abcdef0123456789abcdef",
			"grpc.patterns.server.auth.public-methods=" + PING + "Ping",
			"grpc.patterns.server.auth.rules[0].methods=" + PING + "PingBidi",
			"grpc.patterns.server.auth.rules[0].authorities=SCOPE_c,SCOPE_a,SCOPE_b",
			"grpc.patterns.server.deadline.max=90s", "grpc.patterns.client.retry.codes=UNAVAILABLE,ABORTED,INTERNAL" };

	@TempDir
	Path directory;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ReportAutoConfiguration.class));

	/**
	 * Start the application with the report, and with ports that are taken: it would fail
	 * if it opened one.
	 */
	private Run run(TestStack stack, WebApplicationType web, boolean actuator, String... properties) throws Exception {
		try (ServerSocket http = socket(); ServerSocket grpc = socket()) {
			List<String> command = new ArrayList<>(List.of(
					Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
					"-cp", classPath(actuator), ReportedApplication.class.getName(), stack.name(), web.name(),
					"grpc.patterns.report=policy.json", "server.port=" + http.getLocalPort(),
					((stack == TestStack.NET_DEVH) ? "" : "spring.") + "grpc.server.port=" + grpc.getLocalPort()));
			command.addAll(List.of(SETTINGS));
			command.addAll(List.of(properties));
			Path output = this.directory.resolve("output.txt");
			Process process = new ProcessBuilder(command).directory(this.directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(output.toFile())
				.start();
			try {
				assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("the process ends").isTrue();
			}
			finally {
				process.destroyForcibly();
			}
			Path report = this.directory.resolve("policy.json");
			return new Run(process.exitValue(), Files.readString(output),
					Files.exists(report) ? Files.readString(report) : null);
		}
	}

	private static ServerSocket socket() throws Exception {
		return new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
	}

	private static String classPath(boolean actuator) {
		return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
			.map((entry) -> Path.of(entry).toAbsolutePath().toString())
			.filter((entry) -> actuator || !entry.contains("actuator"))
			.collect(Collectors.joining(File.pathSeparator));
	}

	@ParameterizedTest
	@EnumSource
	void theReportIsWhatTheEndpointShowsByteForByteAtEachStartWithoutAnyPort(TestStack stack) throws Exception {
		Run web = run(stack, WebApplicationType.SERVLET, true);
		assertThat(web.exitCode()).as(web.output()).isZero();
		assertThat(JsonPath.<List<String>>read(web.report(), "$.methods[*].method")).isSorted().contains(PING + "Ping");
		assertThat(JsonPath.<List<List<String>>>read(web.report(),
				"$.methods[?(@.method == '" + PING + "PingBidi')].authorities"))
			.containsExactly(List.of("SCOPE_c", "SCOPE_a", "SCOPE_b"));
		Run again = run(stack, WebApplicationType.NONE, false);
		assertThat(again.exitCode()).as(again.output()).isZero();
		assertThat(again.report()).isEqualTo(web.report());
		String[] exposed = Stream
			.concat(Stream.of(SETTINGS), Stream.of("management.endpoints.web.exposure.include=grpcpatterns"))
			.toArray(String[]::new);
		try (ConfigurableApplicationContext context = stack.startWeb(WebApplicationType.SERVLET,
				ReportedApplication.More.class, exposed)) {
			JSONAssert.assertEquals(Http.get(context, "/actuator/grpcpatterns").body(), web.report(), true);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aStartThatFailsWritesNothing(TestStack stack) throws Exception {
		Run run = run(stack, WebApplicationType.SERVLET, true,
				"grpc.patterns.server.deadline.overrides[0].methods=" + PING + "Pign",
				"grpc.patterns.server.deadline.overrides[0].default=1s");
		assertThat(run.exitCode()).as(run.output()).isOne();
		assertThat(run.output()).contains("did you mean");
		assertThat(run.report()).isNull();
	}

	@Test
	void aFileThatCannotBeWrittenFailsTheStart() {
		String file = this.directory.resolve("missing").resolve("policy.json").toString();
		this.runner
			.withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class, CallAutoConfiguration.class))
			.withPropertyValues("grpc.patterns.report=" + file)
			.run((context) -> fails(context, "Must be a file in a directory"));
	}

	@Test
	void aProcessWhosePatternsAreSwitchedOffDoesNotServeInstead() {
		String file = this.directory.resolve("policy.json").toString();
		this.runner.withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class))
			.withPropertyValues("grpc.patterns.enabled=false", "grpc.patterns.report=" + file)
			.run((context) -> fails(context, "Cannot be written while"));
	}

	private void fails(AssertableApplicationContext context, String reason) {
		assertThat(context).hasFailed();
		assertThat(context.getStartupFailure()).rootCause()
			.isInstanceOfSatisfying(SettingException.class, (ex) -> assertThat(ex.reason()).startsWith(reason));
		assertThat(this.directory).isEmptyDirectory();
	}

	@Test
	void anApplicationWithoutAReportStarts() {
		this.runner.withPropertyValues("grpc.patterns.report=")
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(PolicyReport.class));
	}

	private record Run(int exitCode, String output, String report) {
	}

}
