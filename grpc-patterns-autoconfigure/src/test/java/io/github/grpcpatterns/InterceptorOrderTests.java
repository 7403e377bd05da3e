package io.github.grpcpatterns;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcServerInterceptor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import net.devh.boot.grpc.server.advice.GrpcAdvice;
import net.devh.boot.grpc.server.error.GrpcExceptionInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import net.devh.boot.grpc.server.scope.GrpcRequestScope;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.exception.GrpcExceptionHandlerInterceptor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ServerInterceptorOrder}: the chain as a call meets it on either stack.
 */
class InterceptorOrderTests {

	@Test
	void theChainOfNetDevhHasTheOrderOfTheConstants() {
		check(TestStack.NET_DEVH, List.of(GrpcRequestScope.class, GrpcExceptionInterceptor.class,
				ObservationGrpcServerInterceptor.class));
	}

	@Test
	void theChainOfSpringGrpcHasTheOrderOfTheConstants() {
		check(TestStack.SPRING_GRPC,
				List.of(GrpcExceptionHandlerInterceptor.class, ObservationGrpcServerInterceptor.class));
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
			assertThat(context.getBean(UsersInterceptor.class).chain).isEqualTo(expected);
		});
	}

	private static List<? extends Class<?>> sorted(List<ServerInterceptor> interceptors, IntPredicate order) {
		return interceptors.stream()
			.filter((interceptor) -> order.test(((Ordered) interceptor).getOrder()))
			.sorted(Comparator.comparingInt((interceptor) -> ((Ordered) interceptor).getOrder()))
			.map(Object::getClass)
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
			List<Class<?>> chain = new ArrayList<>(StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
				.walk((frames) -> frames.filter((frame) -> frame.getMethodName().equals("interceptCall"))
					.<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
					.filter(ServerInterceptor.class::isAssignableFrom)
					.toList()));
			Collections.reverse(chain);
			this.chain = chain;
			return next.startCall(call, headers);
		}

	}

}
