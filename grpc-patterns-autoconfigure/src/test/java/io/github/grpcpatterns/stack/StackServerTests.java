/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.grpcpatterns.ServerBuilderHook;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.server.ServerBuilderCustomizer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NetDevhServerAutoConfiguration} and
 * {@link SpringGrpcServerAutoConfiguration}.
 */
class StackServerTests {

	@ParameterizedTest
	@EnumSource
	void everyServiceIsRegistered(TestStack stack) {
		stack.run(stack.runner(), (context, channel) -> {
			assertThat(PingServiceGrpc.newBlockingStub(channel)
				.ping(PingRequest.newBuilder().setValue("hello").build())
				.getValue()).isEqualTo("hello");
			assertThat(context.getBean(RegisteredMethods.class).all().keySet())
				.contains("grpcpatterns.testing.v1.PingService/Ping", "grpc.health.v1.Health/Check")
				.anyMatch((name) -> name.startsWith("grpc.reflection."));
		});
	}

	@ParameterizedTest
	@EnumSource
	void hooksRunBeforeEveryCustomizerOfTheApplicationOnEachServer(TestStack stack) {
		stack.run(
				stack.runner()
					.withUserConfiguration(Customizers.class)
					.withPropertyValues("grpc.server.in-process-name=hooks", "spring.grpc.server.inprocess.name=hooks"),
				(context, channel) -> assertThat(context.getBean(Log.class).entries).hasSize(4)
					.containsSubsequence("hook in-process", "user in-process")
					.containsSubsequence("hook netty", "user netty"));
	}

	@ParameterizedTest
	@EnumSource
	void withoutPatternsTheStackIsLeftAlone(TestStack stack) {
		stack.run(stack.runner().withPropertyValues("grpc.patterns.enabled=false"), (context, channel) -> {
			assertThat(PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.getDefaultInstance())).isNotNull();
			assertThat(new ArrayList<>(List.of(context.getBeanDefinitionNames())))
				.filteredOn((name) -> name.startsWith("grpcPatterns"))
				.as("but what answers a request for the report")
				.containsExactly("grpcPatternsPolicyReport");
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		@Bean
		Log log() {
			return new Log();
		}

		@Bean
		ServerBuilderHook hook(Log log) {
			return (builder) -> log.add("hook", builder);
		}

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		GrpcServerConfigurer netDevhConfigurer(Log log) {
			return (builder) -> log.add("user", builder);
		}

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		<T extends ServerBuilder<T>> ServerBuilderCustomizer<T> springGrpcCustomizer(Log log) {
			return (builder) -> log.add("user", builder);
		}

	}

	static final class Log {

		private final List<String> entries = new CopyOnWriteArrayList<>();

		void add(String who, ServerBuilder<?> builder) {
			this.entries.add(who + ((builder instanceof InProcessServerBuilder) ? " in-process" : " netty"));
		}

	}

}
