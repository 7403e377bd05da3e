/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

import io.github.grpcpatterns.internal.call.Admission.Effort;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerBuilder;
import io.grpc.Status;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import net.devh.boot.grpc.server.service.GrpcService;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.grpc.server.autoconfigure.GrpcServerExecutorProvider;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerFactoryCustomizer;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.DefaultGrpcServerFactory;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the executor of the handlers on real servers of both stacks.
 */
@ExtendWith(OutputCaptureExtension.class)
class ExecutorStackTests {

	private static final String BEAN = "grpc.patterns.server.executor.bean=two";

	private static final String OURS = "grpc-patterns-call-n";

	private static final MethodDescriptor<PingRequest, PingResponse> PING = PingServiceGrpc.getPingMethod();

	private static final MethodDescriptor<PingRequest, PingResponse> BIDI = PingServiceGrpc.getPingBidiMethod();

	private static ApplicationContextRunner runner(TestStack stack, String... properties) {
		return stack.runner()
			.withAllowBeanDefinitionOverriding(true)
			.withUserConfiguration(Application.class)
			.withPropertyValues(properties);
	}

	private static RawCall unary(Channel channel, String value, Metadata headers) {
		return RawCall.start(channel, PING, CallOptions.DEFAULT, headers)
			.send(PingRequest.newBuilder().setValue(value).build())
			.halfClose();
	}

	/**
	 * Run while handlers hold both threads of the executor.
	 */
	private static void held(TestStack stack, ApplicationContextRunner runner,
			BiConsumer<ApplicationContext, ManagedChannel> test) {
		stack.run(runner, (context, channel) -> {
			HeldService service = context.getBean(HeldService.class);
			RawCall first = unary(channel, "hold", new Metadata());
			RawCall second = unary(channel, "hold", new Metadata());
			Awaitility.await().until(() -> service.holding.get() == 2);
			try {
				test.accept(context, channel);
			}
			finally {
				service.release.countDown();
			}
			assertThat(first.await().isOk()).isTrue();
			assertThat(second.await().isOk()).isTrue();
		});
	}

	@ParameterizedTest
	@EnumSource
	void whoeverIsRefusedIsAnsweredWhileEveryThreadIsHeld(TestStack stack) {
		held(stack, runner(stack, BEAN), (context, channel) -> {
			AskedPolicy policy = context.getBean(AskedPolicy.class);
			policy.asked.clear();
			assertThat(unary(channel, "", AskedPolicy.refuse(Effort.LOOK_UP)).await().getDescription())
				.isEqualTo("too many calls");
			assertThat(unary(channel, "", AskedPolicy.refuse(Effort.COMPUTE)).await().getDescription())
				.isEqualTo("too many calls");
			assertThat(context.getBean(HeldService.class).ran).containsExactly("ping on two-n", "ping on two-n");
			assertThat(policy.refusedOn).containsExactly(OURS, OURS);
			assertThat(policy.asked).hasSize(3);
			assertThat(policy.asked.get(0)).startsWith("Ping LOOK_UP on grpc-");
			assertThat(policy.asked.get(1)).startsWith("Ping LOOK_UP on grpc-");
			assertThat(policy.asked.get(2)).isEqualTo("Ping COMPUTE on grpc-patterns-admission-n");
		});
	}

	/**
	 * Spring gRPC lets an application leave interceptors out of a service.
	 */
	@Test
	void aPolicyThatIsLeftOutOfAServiceRefusesNoneOfItsCalls() {
		GrpcServerFactoryCustomizer filter = (factory) -> ((DefaultGrpcServerFactory<?>) factory)
			.setInterceptorFilter((interceptor, service) -> !(interceptor instanceof AskedPolicy));
		ApplicationContextRunner runner = runner(TestStack.SPRING_GRPC, BEAN)
			.withBean(GrpcServerFactoryCustomizer.class, () -> filter);
		TestStack.SPRING_GRPC.run(runner, (context, channel) -> {
			unary(channel, "", AskedPolicy.refuse(Effort.LOOK_UP)).await();
			HeldService service = context.getBean(HeldService.class);
			service.ran.clear();
			assertThat(unary(channel, "", AskedPolicy.refuse(Effort.LOOK_UP)).await().isOk()).isTrue();
			assertThat(unary(channel, "", AskedPolicy.refuse(Effort.COMPUTE)).await().isOk()).isTrue();
			assertThat(service.ran).containsExactly("ping on two-n", "ping on two-n");
			assertThat(context.getBean(AskedPolicy.class).asked).hasSize(1);
		});
	}

	@ParameterizedTest
	@EnumSource
	void whoeverIsAdmittedWaitsForAThreadOfTheExecutor(TestStack stack) {
		stack.run(runner(stack, BEAN), (context, channel) -> {
			HeldService service = context.getBean(HeldService.class);
			AskedPolicy policy = context.getBean(AskedPolicy.class);
			List<RawCall> waiting = new ArrayList<>();
			held(service, channel, () -> {
				waiting.add(unary(channel, "", AskedPolicy.admit(Effort.LOOK_UP)));
				waiting.add(unary(channel, "", AskedPolicy.admit(Effort.COMPUTE)));
				waiting.add(unary(channel, "", AskedPolicy.admit(Effort.WAIT)));
				waiting.add(unary(channel, "", AskedPolicy.refuse(Effort.WAIT)));
				// The last one has been queued when this is refused
				unary(channel, "", AskedPolicy.refuse(Effort.COMPUTE)).await();
				assertThat(service.ran).hasSize(2);
				assertThat(waiting).noneMatch((call) -> call.closes() > 0);
			});
			assertThat(waiting.subList(0, 3)).allMatch((call) -> call.await().isOk());
			assertThat(waiting.get(3).await().getDescription()).isEqualTo("too many calls");
			assertThat(policy.refusedOn).containsExactly(OURS, "two-n");
			assertThat(service.ran).hasSize(5).containsOnly("ping on two-n");
		});
	}

	private static void held(HeldService service, Channel channel, Runnable test) {
		unary(channel, "hold", new Metadata());
		unary(channel, "hold", new Metadata());
		Awaitility.await().until(() -> service.holding.get() == 2);
		try {
			test.run();
		}
		finally {
			service.release.countDown();
		}
	}

	@ParameterizedTest
	@EnumSource
	void allCodeOfTheHandlerRunsOnItsExecutor(TestStack stack) {
		stack.run(runner(stack, BEAN, "grpc.patterns.server.stream.idle-timeout=300ms"), (context, channel) -> {
			HeldService service = context.getBean(HeldService.class);
			RawCall completed = bidi(channel).halfClose();
			assertThat(completed.await().isOk()).isTrue();
			assertRan(service, "pingBidi", "onReady", "onNext", "onCompleted", "onClose", "cancelled");
			RawCall cancelled = bidi(channel).cancel();
			assertThat(cancelled.await().getCode()).isEqualTo(Status.Code.CANCELLED);
			assertRan(service, "pingBidi", "onReady", "onNext", "onCancel", "cancelled");
			RawCall idle = bidi(channel);
			assertThat(idle.await().getDescription()).isEqualTo("the stream was idle for too long");
			assertRan(service, "pingBidi", "onReady", "onNext", "onCancel", "cancelled");
		});
	}

	private static RawCall bidi(Channel channel) {
		return RawCall.start(channel, BIDI, CallOptions.DEFAULT, new Metadata())
			.send(PingRequest.getDefaultInstance())
			.awaitFirst();
	}

	private static void assertRan(HeldService service, String... what) {
		Awaitility.await().untilAsserted(() -> {
			for (String each : what) {
				assertThat(service.ran).contains(each + " on two-n");
			}
		});
		assertThat(service.ran).allMatch((ran) -> ran.endsWith(" on two-n"));
		service.ran.clear();
	}

	@ParameterizedTest
	@EnumSource
	void drainTasksRunOnTheExecutorOfTheHandlers(TestStack stack) {
		stack.run(runner(stack, "grpc.patterns.server.executor.bean=tasks"), (context, channel) -> {
			HeldService service = context.getBean(HeldService.class);
			RawCall call = bidi(channel);
			CompletableFuture<Void> stopped = stop(context);
			assertThat(call.await().isOk()).isTrue();
			stopped.orTimeout(20, TimeUnit.SECONDS).join();
			assertThat(service.ran).contains("onDrain on tasks-n").allMatch((ran) -> ran.endsWith(" on tasks-n"));
		});
	}

	private static CompletableFuture<Void> stop(ApplicationContext context) {
		ConfigurableApplicationContext application = ((AssertableApplicationContext) context)
			.getSourceApplicationContext(ConfigurableApplicationContext.class);
		return CompletableFuture.runAsync(application::close, (task) -> new Thread(task, "stop").start());
	}

	@ParameterizedTest
	@EnumSource
	void theLineAtTheStartNamesTheBean(TestStack stack, CapturedOutput output) {
		runner(stack, BEAN).run((context) -> assertThat(output).contains("; executor: bean 'two'\n"));
	}

	@ParameterizedTest
	@EnumSource
	void whatACustomizerGivesTheBuilderWins(TestStack stack, CapturedOutput output) {
		stack.run(runner(stack, BEAN).withUserConfiguration(Customizers.class), (context, channel) -> {
			assertThat(output).contains("; executor: the application's\n");
			assertThat(unary(channel, "", AskedPolicy.admit(Effort.LOOK_UP)).await().isOk()).isTrue();
			assertThat(context.getBean(HeldService.class).ran).containsExactly("ping on customizer-n");
			assertThat(context.getBean(AskedPolicy.class).asked).containsExactly("Ping WAIT on customizer-n");
		});
	}

	@ParameterizedTest
	@EnumSource
	void withoutASettingWhatACustomizerGivesTheBuilderIsTheApplications(TestStack stack, CapturedOutput output) {
		runner(stack).withUserConfiguration(Customizers.class)
			.run((context) -> assertThat(output).contains("; executor: the application's\n"));
	}

	@Test
	void whatTheProviderGivesBootWinsAndItsCallersDoNotQueueToBeRefused(CapturedOutput output) {
		ApplicationContextRunner runner = runner(TestStack.SPRING_GRPC, "grpc.patterns.server.executor.bean=tasks")
			.withBean(GrpcServerExecutorProvider.class, () -> {
				Executor executor = pool("provided");
				return () -> executor;
			});
		held(TestStack.SPRING_GRPC, runner, (context, channel) -> {
			assertThat(output).contains("; executor: the application's\n");
			assertThat(unary(channel, "", AskedPolicy.refuse(Effort.COMPUTE)).await().getDescription())
				.isEqualTo("too many calls");
			assertThat(context.getBean(HeldService.class).ran).containsOnly("ping on provided-n");
		});
	}

	@ParameterizedTest
	@EnumSource
	@EnabledForJreRange(min = JRE.JAVA_21)
	void onVirtualThreadsNothingIsDecidedEarly(TestStack stack, CapturedOutput output) {
		held(stack, runner(stack, "grpc.patterns.server.executor.virtual=on"), (context, channel) -> {
			assertThat(output).contains("; executor: virtual threads\n");
			AskedPolicy policy = context.getBean(AskedPolicy.class);
			policy.asked.clear();
			assertThat(unary(channel, "", AskedPolicy.refuse(Effort.COMPUTE)).await().getDescription())
				.isEqualTo("too many calls");
			assertThat(context.getBean(HeldService.class).ran).containsOnly("ping on grpc-virtual-n");
			assertThat(policy.asked).containsExactly("Ping WAIT on grpc-virtual-n");
		});
	}

	private static ExecutorService pool(String name) {
		return Executors.newFixedThreadPool(2, threads(name));
	}

	private static ThreadFactory threads(String name) {
		AtomicInteger number = new AtomicInteger();
		return (task) -> {
			Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		};
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		@GrpcService
		HeldService pingService() {
			return new HeldService();
		}

		@Bean
		AskedPolicy askedPolicy() {
			return new AskedPolicy();
		}

		@Bean
		ExecutorService two() {
			return pool("two");
		}

		/**
		 * As Spring Boot's own.
		 */
		@Bean
		ThreadPoolTaskExecutor tasks() {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setThreadNamePrefix("tasks-");
			executor.setCorePoolSize(2);
			return executor;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		private final Executor executor = pool("customizer");

		@Bean
		GrpcServerConfigurer netDevhConfigurer() {
			return (builder) -> builder.executor(this.executor);
		}

		@Bean
		<T extends ServerBuilder<T>> ServerBuilderCustomizer<T> springGrpcCustomizer() {
			return (builder) -> builder.executor(this.executor);
		}

	}

}
