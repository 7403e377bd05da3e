/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;

import io.github.grpcpatterns.internal.call.Admission;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.kotlin.CoroutineContextServerInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcClientInterceptor;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcServerInterceptor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;
import net.devh.boot.grpc.server.advice.GrpcAdvice;
import net.devh.boot.grpc.server.error.GrpcExceptionInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.client.GlobalClientInterceptor;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.exception.GrpcExceptionHandlerInterceptor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ServerInterceptorOrder} and {@link ClientInterceptorOrder}: the chains
 * as a call meets them on either stack.
 */
class InterceptorOrderTests {

	@Test
	void theChainOfNetDevhHasTheOrderOfTheConstants() {
		check(TestStack.NET_DEVH, List.of(GrpcExceptionInterceptor.class, ObservationGrpcServerInterceptor.class));
	}

	@Test
	void theChainOfSpringGrpcHasTheOrderOfTheConstants() {
		check(TestStack.SPRING_GRPC, List.of(ObservationGrpcServerInterceptor.class,
				GrpcExceptionHandlerInterceptor.class, CoroutineContextServerInterceptor.class));
	}

	private static void check(TestStack stack, List<Class<?>> theirs) {
		stack.run(stack.runner().withUserConfiguration(Application.class), (context, channel) -> {
			PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.getDefaultInstance());
			List<Class<?>> expected = new ArrayList<>();
			List<ServerInterceptor> ours = context.getBeansOfType(ServerInterceptor.class)
				.values()
				.stream()
				.filter((interceptor) -> interceptor.getClass().getName().startsWith("io.github.grpcpatterns."))
				.filter((interceptor) -> !(interceptor instanceof UsersInterceptor))
				.toList();
			expected.addAll(sorted(ours, (order) -> order < 0));
			expected.addAll(theirs);
			expected.addAll(sorted(ours, (order) -> order >= ServerInterceptorOrder.SHUTDOWN));
			expected.add(UsersInterceptor.class);
			assertThat(expected).hasSize(ours.size() + theirs.size() + 1);
			List<Class<?>> chain = context.getBean(UsersInterceptor.class).chain;
			assertThat(chain.get(0).getSimpleName()).isEqualTo("ChainServerInterceptor"); // the
																							// builder's
			assertThat(chain.subList(1, chain.size())).isEqualTo(expected);
		});
	}

	@ParameterizedTest
	@EnumSource
	void policiesDecideInTheOrderOfTheirInterceptors(TestStack stack) {
		stack.run(stack.runner().withUserConfiguration(Application.class), (context, channel) -> {
			List<Admission<?>> policies = admissions(context);
			assertThat(policies).extracting(Ordered::getOrder)
				.containsExactly(ServerInterceptorOrder.AUTH, ServerInterceptorOrder.RATE_LIMIT,
						ServerInterceptorOrder.DEADLINE);
		});
	}

	@ParameterizedTest
	@EnumSource
	void policyWhoseInterceptorIsReplacedDoesNotDecide(TestStack stack) {
		stack.run(
				stack.runner()
					.withUserConfiguration(Application.class)
					.withBean("grpcPatternsRateLimitServerInterceptor", String.class, () -> "another")
					.withBean("grpcPatternsDeadlineServerInterceptor", String.class, () -> "another"),
				(context, channel) -> {
					assertThat(admissions(context)).extracting(Ordered::getOrder)
						.containsExactly(ServerInterceptorOrder.AUTH);
				});
	}

	private static List<Admission<?>> admissions(ApplicationContext context) {
		return context.<Admission<?>>getBeanProvider(ResolvableType.forClass(Admission.class)).orderedStream().toList();
	}

	@Test
	void theClientChainOfNetDevhHasTheOrderOfTheConstants() {
		checkClient(TestStack.NET_DEVH, List.of(ObservationGrpcClientInterceptor.class),
				(context) -> context.getBean(net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory.class)
					.createChannel("static://127.0.0.1:1"));
	}

	@Test
	void theClientChainOfSpringGrpcHasTheOrderOfTheConstants() {
		checkClient(TestStack.SPRING_GRPC, List.of(),
				(context) -> context.getBean(GrpcChannelFactory.class).createChannel("static://127.0.0.1:1"));
	}

	/**
	 * What stands inside retry is called when an attempt starts, the rest when the call
	 * is made. What has no order, as Spring gRPC's observation, stands inside all of it.
	 */
	private static void checkClient(TestStack stack, List<Class<?>> theirs,
			Function<ApplicationContext, Channel> channel) {
		stack.run(stack.runner().withUserConfiguration(Application.class, Client.class), (context, unused) -> {
			RawCall.start(channel.apply(context), PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT, new Metadata())
				.await();
			List<ClientInterceptor> ours = context.getBeansOfType(ClientInterceptor.class)
				.values()
				.stream()
				.filter((interceptor) -> interceptor.getClass().getName().startsWith("io.github.grpcpatterns."))
				.filter((interceptor) -> !(interceptor instanceof Probe))
				.toList();
			List<Class<?>> expected = new ArrayList<>();
			expected.addAll(sorted(ours, (order) -> order < 0));
			expected.addAll(theirs);
			expected.addAll(sorted(ours, (order) -> order >= 0 && order < ClientInterceptorOrder.RETRY));
			expected.add(Probe.class);
			assertThat(context.getBean("outerProbe", Probe.class).chain).isEqualTo(expected);
			List<Class<?>> attempt = new ArrayList<>(sorted(ours, (order) -> order > ClientInterceptorOrder.RETRY));
			assertThat(attempt).isNotEmpty();
			// all but retry, which stands between the two
			assertThat(expected.size() + attempt.size()).isEqualTo(ours.size() - 1 + theirs.size() + 1);
			attempt.add(Probe.class);
			assertThat(context.getBean("innerProbe", Probe.class).chain).isEqualTo(attempt);
		});
	}

	private static List<? extends Class<?>> sorted(List<?> interceptors, IntPredicate order) {
		return interceptors.stream()
			.filter((interceptor) -> order.test(((Ordered) interceptor).getOrder()))
			.sorted(Comparator.comparingInt((interceptor) -> ((Ordered) interceptor).getOrder()))
			.map((interceptor) -> (interceptor instanceof CoroutineContextServerInterceptor)
					? CoroutineContextServerInterceptor.class : interceptor.getClass())
			.toList();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		UsersInterceptor usersInterceptor() {
			return new UsersInterceptor();
		}

		@Bean
		Advice advice() {
			return new Advice();
		}

		@Bean
		MeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		ObservationRegistry observationRegistry() {
			return ObservationRegistry.create();
		}

	}

	@GrpcAdvice
	static class Advice {

	}

	@Configuration(proxyBeanMethods = false)
	static class Client {

		@Bean
		@GrpcGlobalClientInterceptor
		@GlobalClientInterceptor
		@Order(ClientInterceptorOrder.RETRY - 1)
		Probe outerProbe() {
			return new Probe(false);
		}

		@Bean
		@GrpcGlobalClientInterceptor
		@GlobalClientInterceptor
		Probe innerProbe() {
			return new Probe(true);
		}

	}

	/**
	 * Notes what stands outside it. The innermost ends the call.
	 */
	static final class Probe implements ClientInterceptor {

		private final boolean last;

		private volatile List<Class<?>> chain = List.of();

		Probe(boolean last) {
			this.last = last;
		}

		@Override
		public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
				CallOptions options, Channel next) {
			this.chain = chain(ClientInterceptor.class);
			return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {

				@Override
				public void start(Listener<RespT> listener, Metadata headers) {
					super.start(listener, headers);
					if (Probe.this.last) {
						cancel("noted", null);
					}
				}

			};
		}

	}

	private static List<Class<?>> chain(Class<?> type) {
		List<Class<?>> chain = new ArrayList<>(StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
			.walk((frames) -> frames.filter((frame) -> frame.getMethodName().equals("interceptCall"))
				.<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
				.filter(type::isAssignableFrom)
				.toList()));
		Collections.reverse(chain);
		return chain;
	}

	/**
	 * Without an order, so that it is the innermost: it stands on the stack of all
	 * others.
	 */
	@GrpcGlobalServerInterceptor
	@GlobalServerInterceptor
	static final class UsersInterceptor implements ServerInterceptor {

		private volatile List<Class<?>> chain = List.of();

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			this.chain = chain(ServerInterceptor.class);
			return next.startCall(call, headers);
		}

	}

}
