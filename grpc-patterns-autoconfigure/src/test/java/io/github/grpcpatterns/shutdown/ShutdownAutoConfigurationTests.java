package io.github.grpcpatterns.shutdown;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.stack.ServerLifecycleListener;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ShutdownAutoConfiguration}.
 */
class ShutdownAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ShutdownAutoConfiguration.class, CallAutoConfiguration.class));

	@Test
	void whenNothingIsSetThenItIsThere() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(ShutdownServerInterceptor.class)
				.hasSingleBean(ServerLifecycleListener.class)
				.hasSingleBean(HealthSwitch.class);
			assertThat(context.getBean(ShutdownServerInterceptor.class).getOrder())
				.isEqualTo(ServerInterceptorOrder.SHUTDOWN);
			assertThat(context.getBeansOfType(ActivePattern.class)).containsValue(ActivePattern.server("shutdown"));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "grpc.patterns.server.shutdown.enabled=false", "grpc.patterns.enabled=false" })
	void whenSwitchedOffThenNothingIsThere(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ShutdownServerInterceptor.class)
				.doesNotHaveBean(ServerLifecycleListener.class)
				.doesNotHaveBean(HealthSwitch.class));
	}

	@Test
	void whenUserHasAnInterceptorOfTheNameThenOursStaysAway() {
		ServerInterceptor own = TestCalls.handlerServerInterceptor();
		this.runner.withBean("grpcPatternsShutdownServerInterceptor", ServerInterceptor.class, () -> own)
			.run((context) -> assertThat(context).doesNotHaveBean(ShutdownServerInterceptor.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.grpc.protobuf.services", "net.devh", "org.springframework.grpc" })
	void whenAnOptionalLibraryIsMissingThenItWorksWithout(String library) {
		this.runner.withClassLoader(new FilteredClassLoader(library))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(ShutdownServerInterceptor.class)
				.getBeans(HealthSwitch.class)
				.hasSize(library.startsWith("io.grpc") ? 0 : 1));
	}

	@Test
	void everyHealthStatusManagerIsTurned() {
		HealthStatusManager first = new HealthStatusManager();
		HealthStatusManager second = new HealthStatusManager();
		this.runner.withBean("first", HealthStatusManager.class, () -> first)
			.withBean("second", HealthStatusManager.class, () -> second)
			.run((context) -> {
				context.getBean(HealthSwitch.class).enterTerminalState();
				for (HealthStatusManager manager : new HealthStatusManager[] { first, second }) {
					manager.setStatus("a.Service", ServingStatus.SERVING);
					assertThat(Health.status(manager, "")).isEqualTo(ServingStatus.NOT_SERVING);
				}
			});
	}

	@Test
	void whenSettingIsUnknownThenStartFails() {
		this.runner.withPropertyValues("grpc.patterns.server.shutdown.drain-timout=1s")
			.run((context) -> assertThat(context).hasFailed());
	}

}
