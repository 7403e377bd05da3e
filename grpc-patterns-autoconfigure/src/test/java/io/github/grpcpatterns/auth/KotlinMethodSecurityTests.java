/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;

import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jetbrains.kotlin.cli.common.ExitCode;
import org.jetbrains.kotlin.cli.jvm.K2JVMCompiler;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.aop.Advisor;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.security.authorization.method.AuthorizationManagerAfterMethodInterceptor;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeMethodInterceptor;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for method security on services in Kotlin, which this class compiles: no other
 * test needs Kotlin's compiler.
 */
class KotlinMethodSecurityTests {

	private static final String CLASSES = "target/test-classes";

	private static MethodDescriptor<PingRequest, PingResponse> ping;

	private static MethodDescriptor<PingRequest, PingResponse> list;

	@BeforeAll
	@SuppressWarnings("unchecked")
	static void compile() throws Exception {
		ByteArrayOutputStream messages = new ByteArrayOutputStream();
		ExitCode exitCode = new K2JVMCompiler().exec(new PrintStream(messages, true, StandardCharsets.UTF_8),
				"-no-stdlib", "-no-reflect", "-jvm-target", "17", "-java-parameters", "-cp",
				System.getProperty("java.class.path"), "-d", CLASSES, "src/test/kotlin");
		assertThat(exitCode).as(messages.toString(StandardCharsets.UTF_8)).isEqualTo(ExitCode.OK);
		Class<?> methods = Class.forName("io.github.grpcpatterns.testing.KotlinMethods");
		ping = (MethodDescriptor<PingRequest, PingResponse>) ReflectionTestUtils.getField(methods, "PING");
		list = (MethodDescriptor<PingRequest, PingResponse>) ReflectionTestUtils.getField(methods, "LIST");
	}

	private static ApplicationContextRunner runner(TestStack stack, String service) {
		try {
			return stack.runner()
				.withUserConfiguration(MethodSecurity.class, Class.forName("io.github.grpcpatterns.testing." + service))
				.withPropertyValues("grpc.patterns.server.auth.public-methods=",
						"grpc.patterns.server.auth.jwt.secret=" + TestTokens.SECRET);
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Channel caller(Channel channel, String scope) {
		Metadata headers = TestTokens.bearer(TestTokens.of("alice", (claims) -> claims.claim("scope", scope)));
		headers.put(Metadata.Key.of("x-correlation-id", Metadata.ASCII_STRING_MARSHALLER), "the-one");
		return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
	}

	private static PingResponse ping(Channel channel) {
		return ClientCalls.blockingUnaryCall(channel, ping, CallOptions.DEFAULT, PingRequest.getDefaultInstance());
	}

	private static PingResponse list(Channel channel) {
		Iterator<PingResponse> responses = ClientCalls.blockingServerStreamingCall(channel, list, CallOptions.DEFAULT,
				PingRequest.getDefaultInstance());
		return responses.next();
	}

	private static void isDenied(ThrowingCallable call) {
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(call)
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
	}

	@ParameterizedTest
	@EnumSource
	void theAuthoritiesOfTheCallerDecideAndTheMdcIsCarried(TestStack stack) {
		stack.run(runner(stack, "KotlinService"), (context, channel) -> {
			assertThat(ping(caller(channel, "ping")).getValue()).isEqualTo("the-one");
			assertThat(list(caller(channel, "ping")).getValue()).isEqualTo("the-one");
			isDenied(() -> ping(caller(channel, "pong")));
			isDenied(() -> list(caller(channel, "pong")));
		});
	}

	@ParameterizedTest
	@EnumSource
	void aCheckOfASuspendedResultFailsTheStart(TestStack stack) {
		runner(stack, "PostAuthorizedKotlinService").run((context) -> assertThat(context).hasFailed()
			.getFailure()
			.hasMessageContaining("a suspending function returns before it has a result"));
	}

	@Configuration(proxyBeanMethods = false)
	static class MethodSecurity {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor preAuthorize() {
			return AuthorizationManagerBeforeMethodInterceptor.preAuthorize();
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor postAuthorize() {
			return AuthorizationManagerAfterMethodInterceptor.postAuthorize();
		}

	}

}
