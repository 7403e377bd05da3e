/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.ratelimit;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.internal.settings.MethodPatterns;
import io.github.grpcpatterns.internal.settings.SettingsAutoConfiguration;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link RateLimitServerAutoConfiguration}.
 */
class RateLimitServerAutoConfigurationTests {

	private static final String RATE = "grpc.patterns.server.rate-limit.calls-per-second=1";

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(SettingsAutoConfiguration.class, CallAutoConfiguration.class, RateLimitServerAutoConfiguration.class));

	@Test
	void itIsOnWhereARateIsSet() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(RateLimitServerInterceptor.class);
			assertThat(context.getBeanProvider(ActivePattern.class)).isEmpty();
		});
		this.runner.withPropertyValues(RATE)
			.run((context) -> assertThat(context.getBeanProvider(ActivePattern.class))
				.containsExactly(ActivePattern.server("rate-limit")));
	}

	@Test
	void itIsAbsentWhereItIsSwitchedOff() {
		this.runner.withPropertyValues("grpc.patterns.server.rate-limit.enabled=false", RATE)
			.run((context) -> assertThat(context).doesNotHaveBean(RateLimitServerInterceptor.class));
		this.runner.withPropertyValues("grpc.patterns.enabled=false", RATE)
			.run((context) -> assertThat(context).doesNotHaveBean(RateLimitServerInterceptor.class));
	}

	@Test
	void itBacksOffForABeanOfItsName() {
		this.runner
			.withBean("grpcPatternsRateLimitServerInterceptor", ServerInterceptor.class,
					RateLimitServerAutoConfigurationTests::other)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RateLimitServerInterceptor.class));
	}

	@Test
	void thePatternsOfOverridesAreChecked() {
		this.runner
			.withPropertyValues("grpc.patterns.server.rate-limit.overrides[0].methods=a.B/C",
					"grpc.patterns.server.rate-limit.overrides[0].calls-per-second=1")
			.run((context) -> assertThat(context.getBean(MethodPatterns.class).named()).singleElement()
				.satisfies((named) -> assertThat(named.property())
					.isEqualTo("grpc.patterns.server.rate-limit.overrides[0].methods[0]")));
	}

	@Test
	void anUnknownSettingFailsTheStart() {
		this.runner.withPropertyValues("grpc.patterns.server.rate-limit.calls-per-minute=1")
			.run((context) -> assertThat(context).hasFailed());
		this.runner.withPropertyValues("grpc.patterns.server.ratelimits.calls-per-second=1")
			.run((context) -> assertThat(context).hasFailed());
	}

	@ParameterizedTest
	@EnumSource
	void callsAreLimitedOnRealServersOfBothStacks(TestStack stack) {
		stack.run(
				stack.runner()
					.withPropertyValues("grpc.patterns.server.rate-limit.calls-per-second=0.001",
							"grpc.patterns.server.rate-limit.burst=2", "grpc.patterns.server.rate-limit.per=peer"),
				(context, channel) -> {
					PingServiceGrpc.PingServiceBlockingStub stub = PingServiceGrpc.newBlockingStub(channel);
					stub.ping(PingRequest.getDefaultInstance());
					stub.pingSafe(PingRequest.getDefaultInstance());
					StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class,
							() -> stub.ping(PingRequest.getDefaultInstance()));
					assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
					assertThat(Long.valueOf(refused.getTrailers().get(RichStatus.PUSHBACK))).isBetween(900_000L,
							1_000_000L);
				});
	}

	@ParameterizedTest
	@ValueSource(classes = { Strings.class, Bytes.class })
	void aProxyManagerOfTheApplicationsIsTheSharedStore(Class<?> configuration) {
		TestStack.SPRING_GRPC.run(
				TestStack.SPRING_GRPC.runner().withUserConfiguration(configuration).withPropertyValues(RATE),
				(context, channel) -> {
					PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.getDefaultInstance());
					assertThat(context.getBean(Keys.class).asked).containsExactly(
							"grpc-patterns:rate-limit::1/1s/1:method:grpcpatterns.testing.v1.PingService/Ping");
				});
	}

	private static ServerInterceptor other() {
		return new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				return next.startCall(call, headers);
			}

		};
	}

	@Configuration(proxyBeanMethods = false)
	static class Strings {

		@Bean
		Keys keys() {
			return new Keys();
		}

		@Bean
		ProxyManager<String> proxyManager(Keys keys) {
			return keys.manager();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Bytes {

		@Bean
		Keys keys() {
			return new Keys();
		}

		@Bean
		ProxyManager<byte[]> proxyManager(Keys keys) {
			return keys.manager();
		}

	}

	/**
	 * Grants everything, and notes the keys.
	 */
	static final class Keys {

		final List<String> asked = new CopyOnWriteArrayList<>();

		@SuppressWarnings("unchecked")
		<K> ProxyManager<K> manager() {
			return (ProxyManager<K>) proxy(ProxyManager.class);
		}

		private Object proxy(Class<?> type) {
			return java.lang.reflect.Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { type },
					(proxy, method, arguments) -> switch (method.getName()) {
						case "isAsyncModeSupported" -> true;
						case "toString", "hashCode", "equals" -> method.invoke(this, arguments);
						case "withMapper", "withRecoveryStrategy" -> method.isDefault()
								? java.lang.reflect.InvocationHandler.invokeDefault(proxy, method, arguments) : proxy;
						case "tryConsumeAndReturnRemaining" ->
							CompletableFuture.completedFuture(ConsumptionProbe.consumed(1, 0));
						case "build" -> {
							this.asked.add((arguments[0] instanceof byte[] bytes) ? new String(bytes)
									: arguments[0].toString());
							yield proxy(method.getReturnType());
						}
						default -> proxy(method.getReturnType());
					});
		}

	}

}
