package io.github.grpcpatterns;

import java.util.List;
import java.util.stream.Stream;

import io.github.grpcpatterns.correlation.CorrelationAutoConfiguration;
import io.github.grpcpatterns.deadline.DeadlineClientAutoConfiguration;
import io.github.grpcpatterns.deadline.DeadlineServerAutoConfiguration;
import io.github.grpcpatterns.logging.LoggingClientAutoConfiguration;
import io.github.grpcpatterns.logging.LoggingServerAutoConfiguration;
import io.github.grpcpatterns.metrics.MetricsClientAutoConfiguration;
import io.github.grpcpatterns.metrics.MetricsServerAutoConfiguration;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Each small pattern is there by default, and steps back for each reason to.
 */
class BackOffTests {

	static Stream<Arguments> patterns() {
		return Stream.of(
				arguments(CorrelationAutoConfiguration.class, "grpc.patterns.correlation",
						List.of("grpcPatternsCorrelationServerInterceptor",
								"grpcPatternsCorrelationClientInterceptor")),
				arguments(LoggingServerAutoConfiguration.class, "grpc.patterns.server.logging",
						List.of("grpcPatternsLoggingServerInterceptor")),
				arguments(LoggingClientAutoConfiguration.class, "grpc.patterns.client.logging",
						List.of("grpcPatternsLoggingClientInterceptor")),
				arguments(MetricsServerAutoConfiguration.class, "grpc.patterns.server.metrics",
						List.of("grpcPatternsMetricsServerInterceptor")),
				arguments(MetricsClientAutoConfiguration.class, "grpc.patterns.client.metrics",
						List.of("grpcPatternsMetricsClientInterceptor", "grpcPatternsAttemptMetricsClientInterceptor")),
				arguments(DeadlineServerAutoConfiguration.class, "grpc.patterns.server.deadline",
						List.of("grpcPatternsDeadlineServerInterceptor")),
				arguments(DeadlineClientAutoConfiguration.class, "grpc.patterns.client.deadline",
						List.of("grpcPatternsDeadlineClientInterceptor")));
	}

	private static ApplicationContextRunner runner(Class<?> autoConfiguration) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, autoConfiguration))
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new);
	}

	@ParameterizedTest
	@MethodSource("patterns")
	void whenNothingIsSetThenThePatternIsOn(Class<?> autoConfiguration, String prefix, List<String> beans) {
		runner(autoConfiguration).run((context) -> {
			beans.forEach((bean) -> assertThat(context).hasBean(bean));
			assertThat(context.getBeansOfType(ActivePattern.class)).isNotEmpty();
		});
	}

	@ParameterizedTest
	@MethodSource("patterns")
	void whenSwitchedOffThenNothingIsThere(Class<?> autoConfiguration, String prefix, List<String> beans) {
		for (String property : List.of(prefix + ".enabled=false", "grpc.patterns.enabled=false")) {
			runner(autoConfiguration).withPropertyValues(property).run((context) -> {
				beans.forEach((bean) -> assertThat(context).doesNotHaveBean(bean));
				assertThat(context.getBeansOfType(ActivePattern.class)).isEmpty();
			});
		}
	}

	@ParameterizedTest
	@MethodSource("patterns")
	void whenUserHasABeanOfTheNameThenOursStaysAway(Class<?> autoConfiguration, String prefix, List<String> beans) {
		for (String bean : beans) {
			runner(autoConfiguration).withBean(bean, String.class, () -> "the user's")
				.run((context) -> assertThat(context.getBean(bean)).isEqualTo("the user's"));
		}
	}

	@ParameterizedTest
	@MethodSource("patterns")
	void whenASettingIsUnknownThenTheStartFails(Class<?> autoConfiguration, String prefix, List<String> beans) {
		runner(autoConfiguration).withPropertyValues(prefix + ".misspelt=1")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining(prefix + ".misspelt"));
	}

	@Test
	void whenThereIsNoMeterRegistryThenNothingIsMeasured() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, MetricsServerAutoConfiguration.class,
					MetricsClientAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("grpcPatternsMetricsServerInterceptor")
				.doesNotHaveBean("grpcPatternsMetricsClientInterceptor"));
	}

	@Test
	void whenMicrometerIsMissingThenTheOtherPatternsStart() {
		new ApplicationContextRunner().withClassLoader(new FilteredClassLoader("io.micrometer"))
			.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, CorrelationAutoConfiguration.class,
					MetricsServerAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasBean("grpcPatternsCorrelationServerInterceptor")
				.doesNotHaveBean("grpcPatternsMetricsServerInterceptor"));
	}

}
