package io.github.grpcpatterns.internal.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

import io.github.grpcpatterns.error.ErrorAutoConfiguration;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.testing.PingService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
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
	void anUnknownSettingOfAPatternIsReportedWithoutItsValue(CapturedOutput output) {
		start("""
				grpc.patterns.server.deadline:
				  max: 5s
				  secert: hunter2
				  overrides:
				    - methods: "*"
				      mxa: hunter2
				""");
		assertThat(output)
			.contains("grpc.patterns.server.deadline.secert", "application.yaml] - 3:11",
					"grpc.patterns.server.deadline.overrides[0].mxa", "application.yaml] - 6:12",
					"did you mean 'grpc.patterns.server.deadline.secret'?",
					"did you mean 'grpc.patterns.server.deadline.overrides[0].max'?")
			.doesNotContain("hunter2");
	}

	@Test
	void anUnknownPatternIsReportedWithTheNearestNameAndWithoutItsValue(CapturedOutput output) {
		start("""
				grpc.patterns.server.deadlin.token: hunter2
				""");
		assertThat(output)
			.contains("Property: grpc.patterns.server.deadlin.token\n", "application.yaml] - 1:37\n",
					"Reason: No such setting; did you mean 'grpc.patterns.server.deadline'?\n")
			.doesNotContain("hunter2");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"sever.deadline.max | No such setting; did you mean 'grpc.patterns.server.deadline'?",
			"sever.metrics.enabled | No such setting; did you mean 'grpc.patterns.server.metrics'?",
			"retry.max-attempts | No such setting; did you mean 'grpc.patterns.client.retry'?",
			"metrics.enabled | No such setting; did you mean 'grpc.patterns.client.metrics' or 'grpc.patterns.server.metrics'?",
			"server.metadata.schemas | No such setting.", "colour | No such setting.",
			"server | Is the name of several settings, and has no value of its own.",
			"server.stream | Is the name of several settings, and has no value of its own.",
			"correlation | Is the name of several settings, and has no value of its own." })
	void whatIsMeantIsNamedWhereItIsNear(String name, String reason, CapturedOutput output) {
		start("grpc.patterns." + name + ": hunter2\n");
		assertThat(output).contains("Property: grpc.patterns." + name + "\n", "Reason: " + reason + "\n")
			.doesNotContain("hunter2");
	}

	@Test
	void aGroupWithoutSettingsIsNone() {
		MockEnvironment environment = new MockEnvironment().withProperty("grpc.patterns.server", "")
			.withProperty("grpc.patterns.client.retry", "");
		assertThatNoException().isThrownBy(() -> UnknownSettingCheck.check(environment));
	}

	@Test
	void anUnknownSettingOfAllPatternsIsReported(CapturedOutput output) {
		start("""
				grpc.patterns.unmatched-method: warn
				""");
		assertThat(output).contains("Property: grpc.patterns.unmatched-method\n",
				"did you mean 'grpc.patterns.unmatched-methods'?");
	}

	@Test
	void aSecretIsNotPrinted(CapturedOutput output) {
		start("""
				grpc.patterns.server.deadline.secret: hunter2
				""");
		assertThat(output)
			.contains("Property: grpc.patterns.server.deadline.secret\n", "application.yaml] - 1:39\n",
					"Reason: Must have 32 bytes at least.\n")
			.doesNotContain("Value:", "hunter2");
	}

	/**
	 * Boot binds what it cannot resolve as it stands, and a long name is a secret that is
	 * long enough.
	 */
	@Test
	void aPlaceholderThatNothingSetsIsReported(CapturedOutput output) {
		start("""
				grpc.patterns.server.deadline.secret: hunter2-${THE_SECRET_OF_THE_TOKENS_OF_THE_CALLS}
				""");
		assertThat(output)
			.contains("Property: grpc.patterns.server.deadline.secret\n", "application.yaml] - 1:39\n",
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
				grpc.patterns.server.deadline:
				  secret: ${SECRET}
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
		assertThat(output).contains("Property: grpc.patterns.server.deadline.overrides[0].methods\n",
				"application.yaml] - 3:12\n", "Reason: Names no method.\n");
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
		assertThat(output).contains("other.unknown").doesNotContain("grpc-patterns does not know");
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
			.properties("spring.main.banner-mode=off");
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ SettingsAutoConfiguration.class, CallAutoConfiguration.class,
			ErrorAutoConfiguration.class })
	@EnableConfigurationProperties({ Deadlines.class, Other.class })
	static class Application {

		@Bean
		MethodPatterns patterns(Deadlines deadlines, RegisteredMethods methods) {
			methods.register(new PingService().bindService());
			return MethodOverrides.of("grpc.patterns.server.deadline", deadlines.overrides()).patterns();
		}

	}

	@ConfigurationProperties(value = "grpc.patterns.server.deadline", ignoreUnknownFields = false)
	record Deadlines(@DurationUnit(ChronoUnit.SECONDS) @Nullable Duration max, @Nullable String secret,
			@DefaultValue List<Override> overrides) {

		Deadlines {
			Settings.notNegative("max", max);
			if (secret != null && secret.length() < 32) {
				throw new SettingException("secret", null, "Must have 32 bytes at least.");
			}
		}

		record Override(@DefaultValue List<String> methods,
				@DurationUnit(ChronoUnit.SECONDS) @Nullable Duration max) implements MethodOverride {

			Override {
				Settings.notNegative("max", max);
			}

		}

	}

	@ConfigurationProperties(value = "other", ignoreUnknownFields = false)
	record Other(int known) {
	}

}
