/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.stack.ServerLifecycleListener;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
				.hasSingleBean(ReportedHealth.class);
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
				.doesNotHaveBean(ReportedHealth.class));
	}

	@Test
	void whenUserHasAnInterceptorOfTheNameThenOursStaysAway() {
		ServerInterceptor own = TestCalls.handlerServerInterceptor();
		this.runner.withBean("grpcPatternsShutdownServerInterceptor", ServerInterceptor.class, () -> own)
			.run((context) -> assertThat(context).doesNotHaveBean(ShutdownServerInterceptor.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.grpc.health", "net.devh", "org.springframework.grpc" })
	void whenAnOptionalLibraryIsMissingThenItWorksWithout(String library) {
		this.runner.withClassLoader(new FilteredClassLoader(library))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(ShutdownServerInterceptor.class)
				.getBeans(ReportedHealth.class)
				.hasSize(library.startsWith("io.grpc") ? 0 : 1));
	}

	@Test
	void whenSettingIsUnknownThenStartFails() {
		this.runner.withPropertyValues("grpc.patterns.server.shutdown.drain-timout=1s")
			.run((context) -> assertThat(context).hasFailed());
	}

	@ParameterizedTest
	@CsvSource({ "spring.main.cloud-platform=kubernetes, 5", "spring.main.cloud-platform=none, 0" })
	void onKubernetesTheServersServeFiveMoreSeconds(String platform, long seconds) {
		this.runner.withPropertyValues(platform, "grpc.patterns.server.shutdown.drain-timeout=7s").run((context) -> {
			WaitingServer server = new WaitingServer();
			ServerDrain drain = context.getBean(ServerDrain.class);
			drain.closing();
			drain.stopping(server);
			assertThat(server.waits).first()
				.isEqualTo((seconds > 0) ? "serving for " + seconds + "s" : "stopping for 7s");
		});
	}

	/**
	 * Notes how long it is waited for, and in which state.
	 */
	private static final class WaitingServer extends Server {

		private final List<String> waits = new ArrayList<>();

		private boolean shutdown;

		@Override
		public Server start() {
			return this;
		}

		@Override
		public Server shutdown() {
			this.shutdown = true;
			return this;
		}

		@Override
		public Server shutdownNow() {
			return this;
		}

		@Override
		public boolean isShutdown() {
			return this.shutdown;
		}

		@Override
		public boolean isTerminated() {
			return false;
		}

		@Override
		public boolean awaitTermination(long timeout, TimeUnit unit) {
			this.waits.add((this.shutdown ? "stopping for " : "serving for ") + unit.toSeconds(timeout) + "s");
			return this.shutdown;
		}

		@Override
		public void awaitTermination() {
		}

	}

}
