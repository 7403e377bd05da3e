/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.transport;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

import io.github.grpcpatterns.testing.FaultyClient;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerBuilder;
import io.grpc.ServerTransportFilter;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TransportLimits}: the limits in force on the servers of both stacks,
 * one on shaded and one on unshaded Netty.
 */
class TransportLimitsTests {

	private static final String BIDI = "grpcpatterns.testing.v1.PingService/PingBidi";

	private static final int ENHANCE_YOUR_CALM = 11;

	@ParameterizedTest
	@EnumSource
	void aConnectionMayHaveAThousandCalls(TestStack stack) {
		assertThat(maxConcurrentStreams(stack)).isEqualTo(1000);
	}

	@ParameterizedTest
	@EnumSource
	void aConnectionMayHaveAsManyCallsAsSet(TestStack stack) {
		assertThat(maxConcurrentStreams(stack, "grpc.patterns.server.transport.max-concurrent-calls-per-connection=7"))
			.isEqualTo(7);
	}

	@ParameterizedTest
	@EnumSource
	void zeroIsNoLimitOfCalls(TestStack stack) {
		assertThat(maxConcurrentStreams(stack, "grpc.patterns.server.transport.max-concurrent-calls-per-connection=0"))
			.isIn(-1L, (long) Integer.MAX_VALUE);
	}

	@ParameterizedTest
	@EnumSource
	void aClientThatOpensMoreCallsThanAnnouncedIsRefused(TestStack stack) {
		run(stack.runner().withPropertyValues("grpc.patterns.server.transport.max-concurrent-calls-per-connection=7"),
				stack, (port) -> {
					try (FaultyClient connection = FaultyClient.open(port)) {
						assertThat(connection.maxConcurrentStreams()).isEqualTo(7);
						for (int i = 0; i < 8; i++) {
							connection.startCall(BIDI);
						}
						assertThat(connection.await(FaultyClient.RST_STREAM).stream()).isEqualTo(15);
					}
				});
	}

	@ParameterizedTest
	@EnumSource
	void aClientThatResetsTooManyCallsLosesItsConnection(TestStack stack) {
		run(stack.runner().withPropertyValues("grpc.patterns.server.transport.max-resets=50"), stack, (port) -> {
			try (FaultyClient connection = FaultyClient.open(port)) {
				for (int i = 0; i < 100; i++) {
					connection.reset(connection.startCall(BIDI));
				}
				FaultyClient.Frame goAway = connection.await(FaultyClient.GOAWAY);
				assertThat(goAway.payload().getInt(4)).isEqualTo(ENHANCE_YOUR_CALM);
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	void anHonestClientThatCancelsThousandsOfCallsIsServed(TestStack stack) {
		stack.run(stack.runner().withUserConfiguration(Connections.class), (context, channel) -> {
			for (int i = 0; i < 3000; i++) {
				ClientCall<PingRequest, PingResponse> call = channel.newCall(PingServiceGrpc.getPingBidiMethod(),
						CallOptions.DEFAULT);
				BlockingQueue<Boolean> answered = new LinkedBlockingQueue<>();
				call.start(new ClientCall.Listener<>() {

					@Override
					public void onMessage(PingResponse message) {
						answered.add(true);
					}

				}, new Metadata());
				call.request(1);
				call.sendMessage(PingRequest.getDefaultInstance());
				take(answered);
				call.cancel("enough", null);
			}
			assertThat(PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.getDefaultInstance())).isNotNull();
			assertThat(context.getBean(Connections.class).ready).hasSize(1);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aConnectionThatSaysNothingIsClosed(TestStack stack) {
		run(stack.runner().withPropertyValues("grpc.patterns.server.transport.handshake-timeout=300ms"), stack,
				(port) -> {
					try (FaultyClient connection = FaultyClient.silent(port)) {
						assertThat(connection.await(FaultyClient.HEADERS)).isNull();
					}
				});
	}

	@ParameterizedTest
	@EnumSource
	void aConnectionWithoutCallsIsClosed(TestStack stack) {
		run(stack.runner().withPropertyValues("grpc.patterns.server.transport.max-connection-idle=1s"), stack,
				(port) -> {
					try (FaultyClient connection = FaultyClient.open(port)) {
						assertThat(connection.await(FaultyClient.GOAWAY)).isNotNull();
					}
				});
	}

	@ParameterizedTest
	@EnumSource
	void theDefaultsReachTheBuilder(TestStack stack) {
		assertThat(limits(stack)).containsEntry("maxConcurrentCallsPerConnection", 1000)
			.containsEntry("maxRstCount", 5000)
			.containsEntry("maxRstPeriodNanos", TimeUnit.SECONDS.toNanos(30))
			.containsEntry("handshakeTimeoutMillis", 5000L)
			.containsEntry("maxConnectionIdleInNanos", TimeUnit.MINUTES.toNanos(10))
			.containsEntry("maxConnectionAgeInNanos", Long.MAX_VALUE)
			.containsEntry("permitKeepAliveTimeInNanos", TimeUnit.MINUTES.toNanos(5));
	}

	@ParameterizedTest
	@EnumSource
	void everySettingReachesTheBuilder(TestStack stack) {
		String prefix = "grpc.patterns.server.transport.";
		assertThat(limits(stack, prefix + "max-resets=7", prefix + "max-resets-per=2", prefix + "handshake-timeout=3",
				prefix + "max-connection-idle=4", prefix + "max-connection-age=5",
				prefix + "max-connection-age-grace=6", prefix + "permit-keep-alive-time=8"))
			.containsEntry("maxRstCount", 7)
			.containsEntry("maxRstPeriodNanos", TimeUnit.SECONDS.toNanos(2))
			.containsEntry("handshakeTimeoutMillis", 3000L)
			.containsEntry("maxConnectionIdleInNanos", TimeUnit.SECONDS.toNanos(4))
			.containsEntry("maxConnectionAgeInNanos", TimeUnit.SECONDS.toNanos(5))
			.containsEntry("maxConnectionAgeGraceInNanos", TimeUnit.SECONDS.toNanos(6))
			.containsEntry("permitKeepAliveTimeInNanos", TimeUnit.SECONDS.toNanos(8));
	}

	@ParameterizedTest
	@EnumSource
	void zeroIsNoLimit(TestStack stack) {
		String prefix = "grpc.patterns.server.transport.";
		assertThat(limits(stack, prefix + "max-resets=0", prefix + "handshake-timeout=0",
				prefix + "max-connection-idle=0", prefix + "permit-keep-alive-time=0"))
			.containsEntry("maxRstCount", 0)
			.containsEntry("handshakeTimeoutMillis", Long.MAX_VALUE)
			.containsEntry("maxConnectionIdleInNanos", Long.MAX_VALUE)
			.containsEntry("permitKeepAliveTimeInNanos", 0L);
	}

	@ParameterizedTest
	@EnumSource
	void whatTheStackIsToldWins(TestStack stack) {
		String prefix = "grpc.patterns.server.transport.";
		assertThat(limits(stack, prefix + "max-connection-idle=4", prefix + "max-connection-age=5",
				prefix + "max-connection-age-grace=6", prefix + "permit-keep-alive-time=8",
				"grpc.server.max-connection-idle=11", "grpc.server.max-connection-age=12",
				"grpc.server.maxConnectionAgeGrace=13", "grpc.server.permit-keep-alive-time=14",
				"spring.grpc.server.keepalive.connection.max-idle-time=11",
				"spring.grpc.server.keepalive.connection.max-age=12",
				"spring.grpc.server.keepalive.connection.gracePeriod=13",
				"spring.grpc.server.keepalive.permit.time=14"))
			.containsEntry("maxConnectionIdleInNanos", TimeUnit.SECONDS.toNanos(11))
			.containsEntry("maxConnectionAgeInNanos", TimeUnit.SECONDS.toNanos(12))
			.containsEntry("maxConnectionAgeGraceInNanos", TimeUnit.SECONDS.toNanos(13))
			.containsEntry("permitKeepAliveTimeInNanos", TimeUnit.SECONDS.toNanos(14));
	}

	@ParameterizedTest
	@EnumSource
	void aCustomizerOfTheUsersWins(TestStack stack) {
		run(stack.runner().withUserConfiguration(FiveCalls.class), stack, (port) -> {
			try (FaultyClient connection = FaultyClient.open(port)) {
				assertThat(connection.maxConcurrentStreams()).isEqualTo(5);
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	void whenThePatternIsOffThenTheStackIsLeftAsItIs(TestStack stack) {
		assertThat(limits(stack, "grpc.patterns.server.transport.enabled=false"))
			.containsEntry("maxConcurrentCallsPerConnection", Integer.MAX_VALUE)
			.containsEntry("maxRstCount", 0);
	}

	private static long maxConcurrentStreams(TestStack stack, String... properties) {
		List<Long> result = new ArrayList<>();
		run(stack.runner().withPropertyValues(properties), stack, (port) -> {
			try (FaultyClient connection = FaultyClient.open(port)) {
				result.add(connection.maxConcurrentStreams());
			}
		});
		return result.get(0);
	}

	private static Map<String, Object> limits(TestStack stack, String... properties) {
		List<ServerBuilder<?>> builders = new ArrayList<>();
		stack.run(stack.runner().withPropertyValues(properties).withUserConfiguration(Connections.class),
				(context, channel) -> builders.add(context.getBean(Connections.class).builder));
		ServerBuilder<?> builder = builders.get(0);
		Map<String, Object> limits = new HashMap<>();
		for (String field : List.of("maxConcurrentCallsPerConnection", "maxRstCount", "maxRstPeriodNanos",
				"maxConnectionIdleInNanos", "maxConnectionAgeInNanos", "maxConnectionAgeGraceInNanos",
				"permitKeepAliveTimeInNanos")) {
			limits.put(field, ReflectionTestUtils.getField(builder, field));
		}
		limits.put("handshakeTimeoutMillis", ReflectionTestUtils
			.getField(ReflectionTestUtils.getField(builder, "serverImplBuilder"), "handshakeTimeoutMillis"));
		return limits;
	}

	private static void run(ApplicationContextRunner runner, TestStack stack, IntConsumer test) {
		stack.run(runner, (context, channel) -> test.accept(port(context)));
	}

	private static int port(ApplicationContext context) {
		return TestStack.server(context).getPort();
	}

	private static void take(BlockingQueue<Boolean> queue) {
		try {
			assertThat(queue.poll(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Sees the builder when all customizers are through, and the connections.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Connections extends ServerTransportFilter {

		private final List<Attributes> ready = new CopyOnWriteArrayList<>();

		private volatile ServerBuilder<?> builder;

		@Override
		public Attributes transportReady(Attributes attributes) {
			this.ready.add(attributes);
			return attributes;
		}

		@Bean
		GrpcServerConfigurer netDevhConfigurer() {
			return this::customize;
		}

		@Bean
		<T extends ServerBuilder<T>> ServerBuilderCustomizer<T> springGrpcCustomizer() {
			return this::customize;
		}

		private void customize(ServerBuilder<?> builder) {
			this.builder = builder;
			builder.addTransportFilter(this);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FiveCalls {

		@Bean
		GrpcServerConfigurer netDevhConfigurer() {
			return (builder) -> ((io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder) builder)
				.maxConcurrentCallsPerConnection(5);
		}

		@Bean
		ServerBuilderCustomizer<io.grpc.netty.NettyServerBuilder> springGrpcCustomizer() {
			return (builder) -> builder.maxConcurrentCallsPerConnection(5);
		}

	}

}
