/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.List;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.ActivePattern.Side;
import io.github.grpcpatterns.ClientInterceptorOrder;
import io.github.grpcpatterns.MethodSettingsSource;
import io.github.grpcpatterns.ServerInterceptorOrder;
import io.github.grpcpatterns.testing.TestStack;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.OrderComparator;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StartLine} and {@link StackAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartLineTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(StackAutoConfiguration.class));

	@Test
	void theStackAndThePatternsOfBothSidesAreNamedInTheOrderOfTheChain(CapturedOutput output) {
		this.runner.withBean("server", GrpcStack.class, () -> new GrpcStack(Side.SERVER, "Spring gRPC", "1.1.2"))
			.withBean("client", GrpcStack.class, () -> new GrpcStack(Side.CLIENT, "Spring gRPC", "1.1.2"))
			.withUserConfiguration(Patterns.class)
			.run((context) -> assertThat(output).containsOnlyOnce("grpc-patterns on Spring gRPC 1.1.2; "
					+ "server: correlation, auth, transport; client: correlation, retry"));
	}

	@Test
	void aSideThatIsNotThereIsNotMentioned(CapturedOutput output) {
		this.runner.withBean(GrpcStack.class, () -> new GrpcStack(Side.CLIENT, "Spring gRPC", "unknown"))
			.withBean("a", ActivePattern.class, () -> ActivePattern.server("auth"))
			.run((context) -> assertThat(output).contains("grpc-patterns on Spring gRPC unknown; client: no pattern")
				.doesNotContain("auth"));
	}

	@Test
	void withoutAStackThereIsNoLine(CapturedOutput output) {
		this.runner.withBean("a", ActivePattern.class, () -> ActivePattern.server("auth"))
			.run((context) -> assertThat(output).doesNotContain("grpc-patterns on"));
	}

	@ParameterizedTest
	@EnumSource
	void thePatternsOfAnApplicationAreInTheOrderOfTheirInterceptors(TestStack stack) {
		stack.runner().run((context) -> {
			List<ActivePattern> line = context.getBeanProvider(ActivePattern.class).orderedStream().toList();
			for (Side side : Side.values()) {
				List<ActivePattern> chain = context.getBeanProvider(MethodSettingsSource.class)
					.stream()
					.sorted(OrderComparator.INSTANCE)
					.map(MethodSettingsSource::pattern)
					.filter((pattern) -> pattern.side() == side && line.contains(pattern))
					.toList();
				assertThat(chain).hasSizeGreaterThan(2);
				assertThat(line).containsSubsequence(chain);
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	void metricsWithoutARegistryAreNamedAsInactive(TestStack stack, CapturedOutput output) {
		stack.runner()
			.run((context) -> assertThat(output).containsPattern(
					"server: .*metrics \\(inactive, without a MeterRegistry bean\\).*; client: .*metrics \\(inactive, without"));
	}

	@ParameterizedTest
	@EnumSource
	void metricsWithARegistryAreNamed(TestStack stack, CapturedOutput output) {
		stack.runner()
			.withBean(SimpleMeterRegistry.class)
			.run((context) -> assertThat(output).containsPattern("server: .*, metrics, .*; client: .*, metrics, .*")
				.doesNotContain("inactive"));
	}

	@Test
	void netDevhIsNamedWithItsVersion(CapturedOutput output) {
		TestStack.NET_DEVH.runner()
			.run((context) -> assertThat(output)
				.containsOnlyOnce("grpc-patterns on net.devh grpc-spring-boot-starter 3.1.0.RELEASE; server: ")
				.contains("; client: ", "; executor: the stack's own"));
	}

	@Test
	void springGrpcIsNamedWithItsVersion(CapturedOutput output) {
		TestStack.SPRING_GRPC.runner()
			.run((context) -> assertThat(output).containsOnlyOnce("grpc-patterns on Spring gRPC 1.1.2; server: ")
				.contains("; client: ", "; executor: the stack's own"));
	}

	@Test
	void theExecutorOfServersIsNamed(CapturedOutput output) {
		this.runner.withBean(ServerExecutorName.class, () -> () -> "a few threads")
			.withBean(GrpcStack.class, () -> new GrpcStack(Side.SERVER, "Spring gRPC", "1.1.0"))
			.run((context) -> assertThat(output)
				.contains("grpc-patterns on Spring gRPC 1.1.0; server: no pattern; executor: a few threads"));
	}

	@Test
	void whatOnlyCallsHasNoExecutorToName(CapturedOutput output) {
		this.runner.withBean(ServerExecutorName.class, () -> () -> "a few threads")
			.withBean(GrpcStack.class, () -> new GrpcStack(Side.CLIENT, "Spring gRPC", "1.1.0"))
			.run((context) -> assertThat(output).contains("grpc-patterns on").doesNotContain("a few threads"));
	}

	/**
	 * The line of a child would be one more, and too early.
	 */
	@Test
	void aChildContextHasNoLine(CapturedOutput output) {
		this.runner.withBean(GrpcStack.class, () -> new GrpcStack(Side.SERVER, "Spring gRPC", "1.1.0"))
			.run((context) -> {
				new ApplicationContextRunner().withParent(context).run((child) -> assertThat(child).hasNotFailed());
				assertThat(output).containsOnlyOnce("grpc-patterns on");
			});
	}

	@Configuration(proxyBeanMethods = false)
	static class Patterns {

		@Bean
		ActivePattern transport() {
			return ActivePattern.server("transport");
		}

		@Bean
		@Order(ServerInterceptorOrder.AUTH)
		ActivePattern auth() {
			return ActivePattern.server("auth");
		}

		@Bean
		@Order(ServerInterceptorOrder.CORRELATION)
		ActivePattern correlation() {
			return ActivePattern.server("correlation");
		}

		@Bean
		@Order(ClientInterceptorOrder.RETRY)
		ActivePattern retry() {
			return ActivePattern.client("retry");
		}

		@Bean
		@Order(ClientInterceptorOrder.CORRELATION)
		ActivePattern correlationOfTheClient() {
			return ActivePattern.client("correlation");
		}

	}

}
