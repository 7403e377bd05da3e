/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.github.grpcpatterns.auth.AuthServerAutoConfiguration;
import io.github.grpcpatterns.deadline.DeadlineServerAutoConfiguration;
import io.github.grpcpatterns.error.ErrorAutoConfiguration;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.testing.PingService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link SettingFailureAnalyzer}, {@link UnknownSettingFailureAnalyzer},
 * {@link UnknownSettingCheck} and {@link PlaceholderCheck}: what a start that fails
 * prints.
 */
@ExtendWith(OutputCaptureExtension.class)
class SettingReportTests {

	@TempDir
	private Path directory;

	@Test
	void aNegativeDurationInAnOverrideIsReportedWithPropertyValueOriginAndReason(CapturedOutput output) {
		start("""
				grpc.patterns.server.deadline:
				  overrides:
				    - methods: "*"
				      max: 5s
				    - methods: grpcpatterns.*
				      max: -5s
				""");
		assertThat(output).contains("A setting of grpc-patterns is not valid:",
				"Property: grpc.patterns.server.deadline.overrides[1].max\n", "Value: \"-5s\"\n",
				"application.yaml] - 6:12\n", "Reason: Must not be negative.\n",
				"Change or remove 'grpc.patterns.server.deadline.overrides[1].max'.");
	}

	@Test
	void unknownSettingsAreReportedAllAtOnceWithoutTheirValues(CapturedOutput output) {
		start("""
				grpc.patterns.server:
				  deadline:
				    maxi: hunter2
				    overrides:
				      - methods: "*"
				        mxa: hunter2
				  deadlin.token: hunter2
				  auth.jwt.secert: hunter2
				""");
		assertThat(output).contains("grpc.patterns.server.deadline.maxi", "application.yaml] - 3:11",
				"did you mean 'grpc.patterns.server.deadline.max'?", "grpc.patterns.server.deadline.overrides[0].mxa",
				"application.yaml] - 6:14", "did you mean 'grpc.patterns.server.deadline.overrides[0].max'?",
				"grpc.patterns.server.deadlin.token", "application.yaml] - 7:18",
				"did you mean 'grpc.patterns.server.deadline'?", "grpc.patterns.server.auth.jwt.secert",
				"did you mean 'grpc.patterns.server.auth.jwt.secret'?")
			.doesNotContain("hunter2");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "sever.deadline.max | , did you mean 'grpc.patterns.server.deadline'?",
			"sever.metrics.enabled | , did you mean 'grpc.patterns.server.metrics'?",
			"retry.max-attempts | , did you mean 'grpc.patterns.client.retry'?",
			"metrics.enabled | , did you mean 'grpc.patterns.client.metrics' or 'grpc.patterns.server.metrics'?",
			"unmatched-method | , did you mean 'grpc.patterns.unmatched-methods'?",
			"client.retry.bugdet.max-tokens | , did you mean 'grpc.patterns.client.retry.budget'?",
			"client.retry.budget.tokens | , did you mean 'grpc.patterns.client.retry.budget.max-tokens'?",
			"server.deadline.max.duration | , did you mean 'grpc.patterns.server.deadline.max'?",
			"server.metadata.schemas | ''", "colour | ''" })
	void whatIsMeantIsNamedWhereItIsNear(String name, String suggestion, CapturedOutput output) {
		start("grpc.patterns." + name + ": hunter2\n");
		assertThat(output).contains("Unknown settings under grpc.patterns:")
			.containsPattern("    grpc.patterns." + name + " \\(.*\\)" + suggestion.replace("?", "\\?") + "\n")
			.doesNotContain("hunter2");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "server.deadline.enabled | fals | Must be true or false.",
					"server.stream.enabled | fals | Must be true or false.", "enabled | nope | Must be true or false.",
					"server.deadline.required | tru | Must be true or false.",
					"server.deadline.max | 5 minutes | Must be a duration, such as 500ms, 30s or 5m.",
					"server.deadline.overrides[0].max | soon | Must be a duration, such as 500ms, 30s or 5m.",
					"unmatched-methods | wran | Must be one of fail, warn.",
					"server.errors.include-message | NOT_FOUND,NOPE | Each must be one of ok, cancelled, unknown," })
	void whatAValueCouldBeIsReported(String name, String value, String reason, CapturedOutput output) {
		start("grpc.patterns." + name + ": " + value + "\n");
		assertThat(output).contains("A setting of grpc-patterns is not valid:",
				"Property: grpc.patterns." + name + "\n", "Value: \"" + value + "\"\n", "application.yaml] - 1:",
				"Reason: " + reason, "Correct the value.");
	}

	@Test
	void aSettingWithoutAValueIsReportedAsSuch(CapturedOutput output) {
		start("grpc.patterns.server.deadline.max:\n");
		assertThat(output)
			.containsPattern("Settings under grpc.patterns without a value:\n\n"
					+ "    grpc.patterns.server.deadline.max \\(.*application.yaml] - 1:\\d+\\)\n")
			.doesNotContain("did you mean", "Unknown settings");
	}

	@Test
	void overridesThatAreAMapAreReportedAsTheListThatTheyShouldBe(CapturedOutput output) {
		start("""
				grpc.patterns.server:
				  deadline.overrides:
				    "[chat.v1.ChatService/*]":
				      max: 5s
				  stream:
				    overrides:
				      methods: "*"
				      idle-timeout: 5s
				""");
		assertThat(output)
			.contains("but 'grpc.patterns.server.deadline.overrides' is a list: begin each entry with '-'\n",
					"grpc.patterns.server.stream.overrides.methods (",
					"but 'grpc.patterns.server.stream.overrides' is a list: begin each entry with '-'\n")
			.doesNotContain("did you mean");
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.auth.public-methods", "server.auth.rules[0].methods",
			"server.deadline.overrides[0].methods" })
	void aMalformedMethodPatternIsShown(String name, CapturedOutput output) {
		start("grpc.patterns." + name + ": 'a.Service,a/b/c'\n");
		assertThat(output).contains("Property: grpc.patterns." + name + "[0]\n", "Value: \"a.Service\"\n",
				"application.yaml] - 1:", "Reason: A method pattern is 'package.Service/Method'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "server", "server.stream", "correlation", "server.auth.jwt", "server.stream.overrides",
			"server.stream.overrides[0]" })
	void aValueWhereSettingsBelongIsReported(String name, CapturedOutput output) {
		String property = name.isEmpty() ? "grpc.patterns" : "grpc.patterns." + name;
		start(property + ": hunter2\n");
		assertThat(output)
			.contains("Property: " + property + "\n", "Reason: Is a group of settings and takes no value.\n")
			.doesNotContain("hunter2");
	}

	@Test
	void aGroupWithoutSettingsIsNone() {
		MockEnvironment environment = new MockEnvironment().withProperty("grpc.patterns.server", "")
			.withProperty("grpc.patterns.client.retry", "");
		assertThatNoException().isThrownBy(() -> UnknownSettingCheck.check(environment, PatternSettings.all()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.deadline.max", "server.stream.idleTimeout", "server.stream.idle_timeout",
			"server.rate-limit.overrides[0].calls-per-second", "client.retry.codes[1]", "client.retry.codes",
			"server.errors.mappings.java.lang.NoSuchError", "server.errors.mappings[java.lang.NoSuchError]",
			"client.problem-details.enabled", "server.deadline.overrides[0].default", "unmatched-methods" })
	void aSettingMayBeWrittenInEachFormThatBootKnows(String name) {
		MockEnvironment environment = new MockEnvironment().withProperty("grpc.patterns." + name, "1");
		assertThatNoException().isThrownBy(() -> UnknownSettingCheck.check(environment, PatternSettings.all()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "GRPC_PATTERNS_SERVER_STREAM_MAXDURATION", "GRPC_PATTERNS_SERVER_STREAM_MAX_DURATION",
			"GRPC_PATTERNS_SERVER_STREAM_MAX_PENDING_BYTES_TOTAL", "GRPC_PATTERNS_SERVER_RATE_LIMIT_CALLS_PER_SECOND",
			"GRPC_PATTERNS_SERVER_RATELIMIT_OVERRIDES_0_CALLSPERSECOND",
			"GRPC_PATTERNS_SERVER_DEADLINE_OVERRIDES_0_METHODS_1", "GRPC_PATTERNS_UNMATCHED_METHODS",
			"GRPC_PATTERNS_SERVICE_HOST", "GRPC_PATTERNS_SERVICE_PORT_GRPC", "GRPC_PATTERNS_PORT",
			"GRPC_PATTERNS_PORT_9090_TCP_ADDR" })
	void anEnvironmentVariableIsASettingOrOfKubernetes(String name) {
		assertThatNoException().isThrownBy(() -> checkVariable(name));
	}

	@ParameterizedTest
	@CsvSource({ "GRPC_PATTERNS_SERVER_STREAM_IDLETIMEUOT, grpc.patterns.server.stream.idletimeuot",
			"GRPC_PATTERNS_SERVER_STREAM_IDLE_TIMEUOT, grpc.patterns.server.stream.idle.timeuot",
			"GRPC_PATTERNS_SERVER_STREAM_OVERRIDES_0_IDLETIMEUOT, grpc.patterns.server.stream.overrides[0].idletimeuot",
			"GRPC_PATTERNS_SERVER_STREM_IDLETIMEOUT, grpc.patterns.server.strem.idletimeout",
			"GRPC_PATTERNS_SERVER_PORT, grpc.patterns.server.port" })
	void anEnvironmentVariableThatIsMisspeltIsUnknown(String name, String setting) {
		assertThatExceptionOfType(UnboundConfigurationPropertiesException.class).isThrownBy(() -> checkVariable(name))
			.satisfies((ex) -> assertThat(ex.getUnboundProperties()).singleElement()
				.satisfies((property) -> assertThat(property.getName()).hasToString(setting)));
	}

	@Test
	void theSettingThatAMisspeltEnvironmentVariableMeansIsNamed() {
		SettingTree tree = new SettingTree(PatternSettings.all());
		for (String name : List.of("idletimeuot", "idle.timeuot")) {
			assertThat(tree.suggestions(ConfigurationPropertyName.of("grpc.patterns.server.stream." + name)))
				.containsExactly("grpc.patterns.server.stream.idle-timeout");
		}
	}

	private static void checkVariable(String name) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, new SystemEnvironmentPropertySource(
					StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, Map.of(name, "1")));
		UnknownSettingCheck.check(environment, PatternSettings.all());
	}

	@Test
	void anUnknownSettingOfAPatternThatIsSwitchedOffIsReported(CapturedOutput output) {
		start("""
				grpc.patterns.server.stream:
				  enabled: false
				  idle-timeuot: 5m
				""");
		assertThat(output).contains("grpc.patterns.server.stream.idle-timeuot", "application.yaml] - 3:17",
				"did you mean 'grpc.patterns.server.stream.idle-timeout'?");
	}

	@ParameterizedTest
	@CsvSource({ "server.stream, idle-timeout, -5m", "client.retry, jitter, 2", "server.auth, verifier-timeout, -1",
			"server.deadline, 'overrides[0].methods', a.B", "client.auth, 'overrides[0].methods', a.B",
			"client.deadline, 'overrides[0].methods', ''", "server.rate-limit, 'overrides[0].methods', a.B",
			"server.stream, 'overrides[0].methods', a.B", "client.retry, 'overrides[0].methods', a.B",
			"server.auth, 'rules[0].methods', a.B", "server.auth, public-methods, a.B", "server.logging, exclude, a.B",
			"client.logging, exclude, a.B" })
	void aValueThatCannotBeIsReportedWhereThePatternIsSwitchedOff(String pattern, String name, String value,
			CapturedOutput output) {
		start("grpc.patterns." + pattern + ".enabled: false\ngrpc.patterns." + pattern + "." + name + ": '" + value
				+ "'\n");
		assertThat(output).contains("A setting of grpc-patterns is not valid:",
				"Property: grpc.patterns." + pattern + "." + name, "application.yaml] - 2:");
	}

	@Test
	void whereAllIsSwitchedOffNothingIsChecked() {
		String yaml = write("""
				grpc.patterns:
				  enabled: false
				  server.stream.idle-timeuot: -5m
				""");
		try (ConfigurableApplicationContext context = application().run("--spring.config.location=" + yaml)) {
			assertThat(context.isRunning()).isTrue();
		}
	}

	@Test
	void aSecretIsNotPrinted(CapturedOutput output) {
		start("""
				grpc.patterns.server.auth.jwt.secret: hunter2
				""");
		assertThat(output)
			.contains("Property: grpc.patterns.server.auth.jwt.secret\n", "application.yaml] - 1:39\n",
					"Reason: Must have at least 32 bytes.\n")
			.doesNotContain("Value:", "hunter2");
	}

	/**
	 * Boot binds what it cannot resolve as it stands, and a long name is a secret that is
	 * long enough.
	 */
	@Test
	void aPlaceholderThatNothingSetsIsReported(CapturedOutput output) {
		start("""
				grpc.patterns.server.auth.jwt.secret: hunter2-${THE_SECRET_OF_THE_TOKENS_OF_THE_CALLS}
				""");
		assertThat(output)
			.contains("Property: grpc.patterns.server.auth.jwt.secret\n", "application.yaml] - 1:39\n",
					"Reason: Refers to ${THE_SECRET_OF_THE_TOKENS_OF_THE_CALLS}, which is not set.\n")
			.doesNotContain("hunter2");
	}

	@Test
	void aPlaceholderInAListIsReported(CapturedOutput output) {
		start("""
				grpc.patterns.server.deadline:
				  overrides:
				    - methods: ${METHODS}
				""");
		assertThat(output).contains("Property: grpc.patterns.server.deadline.overrides[0].methods\n",
				"Reason: Refers to ${METHODS}, which is not set.\n");
	}

	@Test
	void aPlaceholderThatIsSetElsewhereOrOverriddenIsNone() {
		String yaml = write("""
				grpc.patterns.server.auth.jwt.secret: ${SECRET}
				grpc.patterns.server.deadline:
				  max: ${MAX:5s}
				  overrides:
				    - methods: ${METHODS}
				""");
		try (ConfigurableApplicationContext context = application().run("--spring.config.location=" + yaml,
				"--SECRET=0123456789abcdef0123456789abcdef", "--grpc.patterns.server.deadline.overrides[0].max=1s",
				"--grpc.patterns.server.deadline.overrides[0].methods=*")) {
			assertThat(context.isRunning()).isTrue();
		}
	}

	@Test
	void aMethodThatDoesNotExistIsReportedWithTheNearestOne(CapturedOutput output) {
		start("""
				grpc.patterns.server.deadline:
				  overrides:
				    - methods: grpcpatterns.testing.v1.PingService/Pong
				""");
		assertThat(output).contains("Property: grpc.patterns.server.deadline.overrides[0].methods[0]\n",
				"Value: \"grpcpatterns.testing.v1.PingService/Pong\"\n", "application.yaml] - 3:16\n",
				"did you mean 'grpcpatterns.testing.v1.PingService/Ping'?",
				"or set grpc.patterns.unmatched-methods=warn where the method may be absent.");
	}

	@Test
	void anEntryWithoutMethodsIsReportedWithThePlaceOfTheEntry(CapturedOutput output) {
		start("""
				grpc.patterns.server.deadline:
				  overrides:
				    - max: 5s
				""");
		assertThat(output)
			.contains("Property: grpc.patterns.server.deadline.overrides[0].methods\n", "application.yaml] - 3:12\n",
					"Reason: Must name a method.\n", "Add 'grpc.patterns.server.deadline.overrides[0].methods'.")
			.doesNotContain("Change or remove");
	}

	@ParameterizedTest
	@ValueSource(strings = { "java.lang.NoSuchError", "'[java.lang.NoSuchError]'" })
	void aKeyOfAMapIsReportedWithItsPlaceHoweverItIsWritten(String key, CapturedOutput output) {
		start("""
				grpc.patterns.server.errors:
				  mappings:
				    %s: ABORTED
				""".formatted(key));
		assertThat(output).contains("Property: grpc.patterns.server.errors.mappings.java.lang.NoSuchError\n",
				"Change or remove 'grpc.patterns.server.errors.mappings.java.lang.NoSuchError'.",
				"application.yaml] - 3:", "Reason: There is no class java.lang.NoSuchError.\n");
	}

	@Test
	void whatIsSetInTheEnvironmentIsReportedAsSuch(CapturedOutput output) {
		assertThat(catchThrowable(
				() -> application().run("--grpc.patterns.server.deadline.max=-1", "--spring.config.location=")))
			.isNotNull();
		assertThat(output).contains("Property: grpc.patterns.server.deadline.max\n", "Value: \"-1\"\n",
				"from property source \"commandLineArgs\"\n");
	}

	@Test
	void whatOthersDoNotKnowIsLeftToBoot(CapturedOutput output) {
		start("""
				other:
				  known: 1
				  unknown: 2
				""");
		assertThat(output).contains("other.unknown").doesNotContain("Unknown settings under grpc.patterns");
	}

	private void start(String yaml) {
		String location = write(yaml);
		assertThat(catchThrowable(() -> application().run("--spring.config.location=" + location))).isNotNull();
	}

	private String write(String yaml) {
		Path file = this.directory.resolve("application.yaml");
		try {
			Files.writeString(file, yaml);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		return file.toUri().toString();
	}

	private static SpringApplicationBuilder application() {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "grpc.patterns.server.auth.public-methods=*");
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ SettingsAutoConfiguration.class, CallAutoConfiguration.class,
			ErrorAutoConfiguration.class, AuthServerAutoConfiguration.class, DeadlineServerAutoConfiguration.class })
	@EnableConfigurationProperties(Other.class)
	static class Application {

		@Autowired
		void register(ObjectProvider<RegisteredMethods> methods) {
			methods.ifAvailable((registered) -> registered.register(new PingService().bindService()));
		}

	}

	@ConfigurationProperties(value = "other", ignoreUnknownFields = false)
	record Other(int known) {
	}

}
