/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.validation;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import io.github.grpcpatterns.ActivePattern;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.testing.OrderService;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.BrokenRequest;
import io.github.grpcpatterns.testing.v1.OrderRequest;
import io.github.grpcpatterns.testing.v1.RuledServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import net.devh.boot.grpc.server.service.GrpcService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link ValidationServerAutoConfiguration} and {@link RuleCheck}.
 */
class ValidationServerAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, ValidationServerAutoConfiguration.class));

	@Test
	void itIsThereByDefault() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(ValidationServerInterceptor.class)
				.hasBean("grpcPatternsValidationServerInterceptor");
			assertThat(context.getBeansOfType(ActivePattern.class)).containsValue(ActivePattern.server("validation"));
		});
	}

	@Test
	void itIsAbsentWhereItIsSwitchedOffOrProtovalidateIsMissing() {
		this.runner.withPropertyValues("grpc.patterns.server.validation.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ValidationServerInterceptor.class));
		this.runner.withPropertyValues("grpc.patterns.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ValidationServerInterceptor.class));
		this.runner.withClassLoader(new FilteredClassLoader("build.buf.protovalidate", "build.buf.validate"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ValidationServerInterceptor.class));
	}

	@Test
	void itBacksOffForABeanOfItsName() {
		this.runner
			.withBean("grpcPatternsValidationServerInterceptor", ServerInterceptor.class,
					ValidationServerAutoConfigurationTests::other)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ValidationServerInterceptor.class));
	}

	@Test
	void anUnknownSettingFailsTheStart() {
		this.runner.withPropertyValues("grpc.patterns.server.validation.enabeld=false")
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void aRuleThatDoesNotCompileFailsTheStartAndNamesTheMessage() {
		this.runner.withBean(BrokenService.class).run((context) -> {
			Throwable failure = context.getStartupFailure();
			assertThat(failure).isInstanceOf(BrokenRulesException.class)
				.hasMessageContaining("grpcpatterns.testing.v1.BrokenRequest");
			assertThat(new BrokenRulesFailureAnalyzer().analyze(failure).getDescription())
				.contains("grpcpatterns.testing.v1.BrokenRequest", "nothing");
		});
	}

	@ParameterizedTest
	@EnumSource
	void requestsAreCheckedOnRealServersOfBothStacks(TestStack stack) {
		stack.run(stack.runner().withUserConfiguration(Services.class), (context, channel) -> {
			RuledServiceGrpc.RuledServiceBlockingStub stub = RuledServiceGrpc.newBlockingStub(channel);
			stub.order(OrderRequest.newBuilder().setByHand("x").build());
			StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class,
					() -> stub.order(OrderRequest.getDefaultInstance()));
			assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
			assertThat(context.getBean(OrderService.class).requests).hasValue(1);
		});
	}

	@ParameterizedTest
	@EnumSource
	void rulesAreCompiledBeforeTheFirstCallOnBothStacks(TestStack stack) {
		Set<String> types = ConcurrentHashMap.newKeySet();
		stack.run(stack.runner().withUserConfiguration(Services.class).withBean(Validator.class, () -> (message) -> {
			types.add(message.getDescriptorForType().getName());
			return ValidationResult.EMPTY;
		}), (context, channel) -> assertThat(types).containsExactly("OrderRequest"));
	}

	@Test
	void aValidatorBeanIsAskedInstead() {
		TestStack.SPRING_GRPC.run(TestStack.SPRING_GRPC.runner()
			.withUserConfiguration(Services.class)
			.withBean(Validator.class, () -> (message) -> ValidationResult.EMPTY), (context, channel) -> {
				RuledServiceGrpc.newBlockingStub(channel).order(OrderRequest.getDefaultInstance());
				assertThat(context.getBean(OrderService.class).requests).hasValue(1);
			});
	}

	private static ServerInterceptor other() {
		return new ServerInterceptor() {

			@Override
			public <ReqT, RespT> io.grpc.ServerCall.Listener<ReqT> interceptCall(io.grpc.ServerCall<ReqT, RespT> call,
					io.grpc.Metadata headers, io.grpc.ServerCallHandler<ReqT, RespT> next) {
				return next.startCall(call, headers);
			}

		};
	}

	@Configuration(proxyBeanMethods = false)
	static class Services {

		@Bean
		@GrpcService
		OrderService orderService() {
			return new OrderService();
		}

	}

	/**
	 * Registers a method, as the adapters of the stacks do.
	 */
	static final class BrokenService {

		BrokenService(RegisteredMethods methods) {
			MethodDescriptor<BrokenRequest, BrokenRequest> method = MethodDescriptor
				.newBuilder(ProtoUtils.marshaller(BrokenRequest.getDefaultInstance()),
						ProtoUtils.marshaller(BrokenRequest.getDefaultInstance()))
				.setType(MethodDescriptor.MethodType.UNARY)
				.setFullMethodName("test.Broken/Break")
				.build();
			methods.register(ServerServiceDefinition.builder("test.Broken")
				.addMethod(method, (call, headers) -> new io.grpc.ServerCall.Listener<>() {
				})
				.build());
		}

	}

}
