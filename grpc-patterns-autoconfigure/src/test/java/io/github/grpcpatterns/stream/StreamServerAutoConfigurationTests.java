/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.util.Iterator;

import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.internal.settings.MethodPatterns;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
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

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link StreamServerAutoConfiguration}.
 */
class StreamServerAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, StreamServerAutoConfiguration.class));

	@Test
	void theInterceptorIsThereByDefault() {
		this.runner.run((context) -> {
			assertThat(context.getBean("grpcPatternsStreamServerInterceptor"))
				.isInstanceOf(StreamServerInterceptor.class);
			assertThat(context).getBean("grpcPatternsStreamServerMethods").isInstanceOf(MethodPatterns.class);
			assertThat(context.getBeansOfType(ActivePattern.class)).containsValue(ActivePattern.server("stream"));
		});
	}

	@Test
	void whenThePatternIsOffThenNothingIsThere() {
		this.runner.withPropertyValues("grpc.patterns.server.stream.enabled=false").run(this::hasNothing);
		this.runner.withPropertyValues("grpc.patterns.enabled=false").run(this::hasNothing);
	}

	private void hasNothing(ApplicationContext context) {
		assertThat(context.getBeansOfType(StreamServerInterceptor.class)).isEmpty();
		assertThat(context.getBeansOfType(ActivePattern.class)).isEmpty();
	}

	@Test
	void itBacksOffForTheUsersOwn() {
		ServerInterceptor own = new ServerInterceptor() {

			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				return next.startCall(call, headers);
			}

		};
		this.runner.withBean("grpcPatternsStreamServerInterceptor", ServerInterceptor.class, () -> own)
			.run((context) -> assertThat(context).doesNotHaveBean(StreamServerInterceptor.class));
	}

	@Test
	void whenASettingIsMisspeltThenTheStartFails() {
		this.runner.withPropertyValues("grpc.patterns.server.stream.idle-timeuot=1m")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("grpc.patterns.server.stream.idle-timeuot"));
	}

	@ParameterizedTest
	@EnumSource(TestStack.class)
	void limitsHoldOnTheStack(TestStack stack) {
		stack.run(stack.runner()
			.withPropertyValues("grpc.patterns.server.stream.overrides[0].methods=*",
					"grpc.patterns.server.stream.overrides[0].max-outbound-messages=3"),
				(context, channel) -> {
					Iterator<PingResponse> responses = PingServiceGrpc.newBlockingStub(channel)
						.pingList(PingRequest.newBuilder().setCount(10).build());
					for (int i = 0; i < 3; i++) {
						assertThat(responses.next().getCounter()).isEqualTo(i);
					}
					assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(responses::next)
						.satisfies(
								(ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
				});
	}

	@ParameterizedTest
	@EnumSource(TestStack.class)
	void aPatternThatMatchesNothingFailsTheStart(TestStack stack) {
		stack.runner()
			.withPropertyValues("grpc.patterns.server.stream.overrides[0].methods=no.Such/*",
					"grpc.patterns.server.stream.overrides[0].max-outbound-messages=3")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("grpc.patterns.server.stream.overrides[0].methods"));
	}

}
