/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ServerBuilderHook;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.grpc.inprocess.InProcessServerBuilder;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TransportAutoConfiguration}.
 */
class TransportAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, TransportAutoConfiguration.class));

	@Test
	void limitsAndGuardsAreThereByDefault() {
		this.runner.run((context) -> {
			assertThat(context.getBean("grpcPatternsTransportLimits")).isInstanceOf(TransportLimits.class);
			assertThat(context.getBean("grpcPatternsTransportGuards")).isInstanceOf(TransportGuards.class);
			assertThat(context.getBeansOfType(ActivePattern.class)).containsValue(ActivePattern.server("transport"));
		});
	}

	@Test
	void whenThePatternIsOffThenNothingIsThere() {
		this.runner.withPropertyValues("grpc.patterns.server.transport.enabled=false").run(this::hasNothing);
	}

	@Test
	void whenAllPatternsAreOffThenNothingIsThere() {
		this.runner.withPropertyValues("grpc.patterns.enabled=false").run(this::hasNothing);
	}

	private void hasNothing(ApplicationContext context) {
		assertThat(context.getBeansOfType(TransportLimits.class)).isEmpty();
		assertThat(context.getBeansOfType(TransportGuards.class)).isEmpty();
		assertThat(context.getBeansOfType(ActivePattern.class)).doesNotContainValue(ActivePattern.server("transport"));
	}

	@Test
	void limitsBackOffForTheUsersOwn() {
		ServerBuilderHook own = (builder) -> {
		};
		this.runner.withBean("grpcPatternsTransportLimits", ServerBuilderHook.class, () -> own).run((context) -> {
			assertThat(context.getBean("grpcPatternsTransportLimits")).isSameAs(own);
			assertThat(context).hasSingleBean(TransportGuards.class);
		});
	}

	@Test
	void guardsBackOffForTheUsersOwn() {
		ServerBuilderHook own = (builder) -> {
		};
		this.runner.withBean("grpcPatternsTransportGuards", ServerBuilderHook.class, () -> own).run((context) -> {
			assertThat(context.getBean("grpcPatternsTransportGuards")).isSameAs(own);
			assertThat(context).hasSingleBean(TransportLimits.class);
		});
	}

	@Test
	void whenEitherNettyIsMissingThenTheContextStarts() {
		for (String missing : new String[] { "io.grpc.netty.shaded", "io.grpc.netty.NettyServerBuilder" }) {
			this.runner.withClassLoader(new FilteredClassLoader(missing))
				.run((context) -> assertThat(context).hasNotFailed());
		}
	}

	@Test
	void aServerWithinTheProcessIsLeftAlone() {
		this.runner.run((context) -> context.getBeansOfType(ServerBuilderHook.class)
			.values()
			.forEach((hook) -> hook.customize(InProcessServerBuilder.forName("left-alone"))));
	}

	@Test
	void whenASettingIsMisspeltThenTheStartFails() {
		this.runner.withPropertyValues("grpc.patterns.server.transport.max-restes=1")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("grpc.patterns.server.transport.max-restes"));
	}

}
