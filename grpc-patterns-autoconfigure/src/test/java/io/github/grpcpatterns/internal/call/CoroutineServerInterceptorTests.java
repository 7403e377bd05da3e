/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.kotlin.ServerCalls;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.ExecutorsKt;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import net.devh.boot.grpc.server.service.GrpcService;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.MDC;

import org.springframework.aop.Advisor;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeMethodInterceptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link CoroutineServerInterceptor}: a coroutine of grpc-kotlin that hops to
 * another thread finds what callbacks find, and leaves that thread as it was. The
 * suspending functions are written as Kotlin compiles them.
 */
public class CoroutineServerInterceptorTests {

	private static final MethodDescriptor<PingRequest, PingResponse> METHOD = PingServiceGrpc.getPingMethod()
		.toBuilder()
		.setFullMethodName("grpcpatterns.testing.v1.CoroutineService/Ping")
		.setSchemaDescriptor(null)
		.build();

	private static final ExecutorService HOP = Executors.newSingleThreadExecutor();

	private static ApplicationContextRunner runner(TestStack stack) {
		return stack.runner()
			.withUserConfiguration(Application.class)
			.withPropertyValues("grpc.patterns.server.auth.public-methods=",
					"grpc.patterns.server.auth.jwt.secret=" + TestTokens.SECRET);
	}

	private static PingResponse call(Channel channel, String id) {
		return call(channel, id, "ping");
	}

	private static PingResponse call(Channel channel, String id, String scope) {
		Metadata headers = TestTokens.bearer(TestTokens.of("alice", (claims) -> claims.claim("scope", scope)));
		headers.put(Metadata.Key.of("x-correlation-id", Metadata.ASCII_STRING_MARSHALLER), id);
		return ClientCalls.blockingUnaryCall(
				ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)), METHOD,
				CallOptions.DEFAULT, PingRequest.newBuilder().setValue(id).build());
	}

	private static void isDenied(ThrowingCallable call) {
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(call)
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
	}

	@AfterEach
	void nothingIsLeftOnTheThread() throws Exception {
		assertThat(HOP.submit(Seen::now).get(10, TimeUnit.SECONDS)).isEqualTo(Seen.NOTHING);
	}

	@ParameterizedTest
	@EnumSource
	void aCoroutineHasWhatItsCallHasBeforeAndAfterAHop(TestStack stack) {
		stack.run(runner(stack), (context, channel) -> {
			Queue<Seen> seen = context.getBean(CoroutineService.class).seen();
			for (String id : List.of("first", "second")) {
				call(channel, id);
				Seen expected = new Seen(id, id, "acme", "alice", "alice");
				assertThat(seen).containsExactly(expected, expected, expected);
				seen.clear();
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	void methodSecurityLooksAtTheCallerOfASuspendingFunction(TestStack stack) {
		stack.run(runner(stack), (context, channel) -> {
			assertThat(call(channel, "allowed", "ping")).isNotNull();
			isDenied(() -> call(channel, "other", "pong"));
		});
	}

	@ParameterizedTest
	@EnumSource
	void anExceptionOfACoroutineIsMapped(TestStack stack) {
		stack.run(runner(stack), (context, channel) -> isDenied(() -> call(channel, "denied")));
	}

	@Test
	void withoutGrpcKotlinThereIsNoInterceptor() {
		new ApplicationContextRunner().withUserConfiguration(CallAutoConfiguration.class)
			.withClassLoader(new FilteredClassLoader("io.grpc.kotlin"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CoroutineServerInterceptor.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		@GrpcService
		CoroutineService coroutineService() {
			return new CoroutineService();
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor preAuthorize() {
			return AuthorizationManagerBeforeMethodInterceptor.preAuthorize();
		}

		@Bean
		@GrpcGlobalServerInterceptor
		@GlobalServerInterceptor
		@Order(0)
		TenantInterceptor tenantInterceptor() {
			return new TenantInterceptor();
		}

	}

	/**
	 * Sets a key in the MDC as an application does, around the start of a call.
	 */
	static final class TenantInterceptor implements ServerInterceptor {

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			MDC.put(Seen.OTHER_KEY, "acme");
			try {
				return next.startCall(call, headers);
			}
			finally {
				MDC.remove(Seen.OTHER_KEY);
			}
		}

	}

	/**
	 * Binds itself as the class does that protoc generates for Kotlin.
	 */
	public abstract static class CoroutineImplBase implements BindableService {

		@Override
		public final ServerServiceDefinition bindService() {
			return ServerServiceDefinition.builder("grpcpatterns.testing.v1.CoroutineService")
				.addMethod(ServerCalls.INSTANCE.<PingRequest, PingResponse>unaryServerMethodDefinition(
						EmptyCoroutineContext.INSTANCE, METHOD, this::ping))
				.build();
		}

		public abstract Object ping(PingRequest request, Continuation<? super PingResponse> continuation);

	}

	public static class CoroutineService extends CoroutineImplBase {

		private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();

		public Queue<Seen> seen() {
			return this.seen;
		}

		@Override
		@PreAuthorize("hasAuthority('SCOPE_ping')")
		public Object ping(PingRequest request, Continuation<? super PingResponse> continuation) {
			this.seen.add(Seen.now());
			return BuildersKt.withContext(ExecutorsKt.from(HOP), (scope, inner) -> {
				this.seen.add(Seen.now());
				if (request.getValue().equals("denied")) {
					throw new AccessDeniedException("for a test");
				}
				return BuildersKt.withContext(Dispatchers.getDefault(), (again, innermost) -> {
					this.seen.add(Seen.now());
					return PingResponse.getDefaultInstance();
				}, inner);
			}, continuation);
		}

	}

}
