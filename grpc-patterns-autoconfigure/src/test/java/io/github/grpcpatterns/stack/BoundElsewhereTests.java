/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.github.grpcpatterns.endpoint.GrpcPatternsEndpoint;
import io.github.grpcpatterns.endpoint.MethodPolicy;
import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.internal.call.ChainInterceptors;
import io.github.grpcpatterns.internal.call.OtherMethod;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.testing.AdminService;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.Methods;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.TruthTable;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.channelz.v1.ChannelzGrpc;
import io.grpc.channelz.v1.GetServersRequest;
import io.grpc.protobuf.services.ChannelzService;
import io.grpc.util.MutableHandlerRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import net.devh.boot.grpc.server.advice.GrpcAdvice;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import net.devh.boot.grpc.server.service.GrpcServiceDefinition;
import net.devh.boot.grpc.server.service.GrpcServiceDiscoverer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.grpc.server.service.GrpcServiceConfigurer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A method that the stack does not bind passes the same chain as every other: one that a
 * customizer puts on the builder of the server, and one that only its fallback registry
 * finds.
 */
class BoundElsewhereTests {

	private static final String EXPOSED = "management.endpoints.web.exposure.include=grpcpatterns";

	private static final String AUTH = "grpc.patterns.server.auth.";

	private static final String KEY = AUTH + "jwt.secret=" + TestTokens.SECRET;

	private static final String PUBLIC = AUTH + "public-methods=";

	private static final String PING_IS_PUBLIC = PUBLIC + "grpcpatterns.*";

	private static final List<MethodDescriptor<PingRequest, PingResponse>> METHODS = List.of(AdminService.PING,
			AdminService.LIST, AdminService.STREAM, AdminService.BIDI);

	private static ApplicationContextRunner runner(TestStack stack, Consumer<ServerBuilder<?>> customizer,
			String... properties) {
		return withoutKey(stack).withBean(Customizer.class, () -> customizer::accept)
			.withPropertyValues(KEY)
			.withPropertyValues(properties);
	}

	private static ApplicationContextRunner withoutKey(TestStack stack) {
		return stack.runner()
			.withAllowBeanDefinitionOverriding(true)
			.withUserConfiguration(Application.class)
			.withPropertyValues(EXPOSED, PING_IS_PUBLIC);
	}

	private static ApplicationContextRunner onBuilder(TestStack stack, String... properties) {
		return runner(stack, (builder) -> builder.addService(AdminService.of(new PingService())), properties);
	}

	private static RawCall call(Channel channel, MethodDescriptor<PingRequest, PingResponse> method, Metadata headers) {
		return RawCall.start(channel, method, CallOptions.DEFAULT, headers)
			.send(PingRequest.newBuilder().setCount(1).build())
			.halfClose();
	}

	private static String reason(RawCall call) {
		return GrpcErrors.from(call.await().asRuntimeException(call.trailers())).reason();
	}

	private static List<MethodPolicy> listed(ApplicationContext context) {
		return context.getBean(GrpcPatternsEndpoint.class)
			.methods()
			.methods()
			.stream()
			.filter((method) -> method.method().startsWith(AdminService.NAME))
			.toList();
	}

	private static void assertPassesTheChain(ApplicationContext context, Channel channel) {
		Interceptor interceptor = context.getBean(Interceptor.class);
		MeterRegistry meters = context.getBean(MeterRegistry.class);
		try (CapturedLog log = new CapturedLog("grpc.patterns.server")) {
			for (MethodDescriptor<PingRequest, PingResponse> method : METHODS) {
				assertThat(reason(call(channel, method, new Metadata()))).isEqualTo("TOKEN_MISSING");
				assertThat(interceptor.calls).isEmpty();
				assertThat(call(channel, method, TestTokens.headers("alice")).await().isOk()).isTrue();
				assertThat(interceptor.calls).containsExactly(method.getFullMethodName());
				interceptor.calls.clear();
				Awaitility.await().until(() -> log.events().size() >= 2);
				assertThat(log.events()).map(CapturedLog::keyValues)
					.satisfiesExactlyInAnyOrder(
							(line) -> assertThat(line).containsEntry("grpc.method", method.getFullMethodName())
								.containsEntry("grpc.status", "UNAUTHENTICATED"),
							(line) -> assertThat(line).containsEntry("grpc.method", method.getFullMethodName())
								.containsEntry("grpc.status", "OK")
								.containsEntry("principal", "alice"));
				log.events().clear();
				String timer = (method == AdminService.PING) ? "rpc.server.call.duration"
						: "grpc.patterns.server.stream.duration";
				Awaitility.await()
					.untilAsserted(() -> assertThat(Stream.of("UNAUTHENTICATED", "OK")
						.map((status) -> meters.get(timer)
							.tag("rpc.method", method.getFullMethodName())
							.tag("rpc.response.status_code", status)
							.timer()
							.count()))
						.containsExactly(1L, 1L));
			}
		}
		assertThat(meters.get("grpc.patterns.server.auth").tag("outcome", "missing").counter().count()).isEqualTo(4);
		assertThat(meters.get("grpc.patterns.server.auth").tag("outcome", "accepted").counter().count()).isEqualTo(4);
		assertThat(meters.get("grpc.patterns.server.unknown.methods").counter().count()).isZero();
		assertThat(listed(context)).extracting(MethodPolicy::access).hasSize(6).containsOnly("authenticated");
	}

	@ParameterizedTest
	@EnumSource
	void whatACustomizerAddsToTheBuilder(TestStack stack) {
		stack.run(onBuilder(stack), (context, channel) -> {
			assertThat(listed(context)).hasSize(6);
			assertPassesTheChain(context, channel);
		});
	}

	@ParameterizedTest
	@EnumSource
	void whatAFallbackRegistryFinds(TestStack stack) {
		MutableHandlerRegistry registry = new MutableHandlerRegistry();
		registry.addService(AdminService.of(new PingService()));
		stack.run(runner(stack, (builder) -> builder.fallbackHandlerRegistry(registry)), (context, channel) -> {
			assertThat(listed(context)).hasSize(6);
			assertPassesTheChain(context, channel);
		});
	}

	@ParameterizedTest
	@EnumSource
	void whatIsAddedToARegistryAfterTheStart(TestStack stack) {
		MutableHandlerRegistry registry = new MutableHandlerRegistry();
		stack.run(runner(stack, (builder) -> builder.fallbackHandlerRegistry(registry)), (context, channel) -> {
			registry.addService(AdminService.of(new PingService()));
			assertThat(listed(context)).isEmpty();
			call(channel, AdminService.PING, new Metadata()).await();
			assertThat(listed(context)).extracting(MethodPolicy::method)
				.containsExactly(AdminService.PING.getFullMethodName());
			assertThat(call(channel, PingServiceGrpc.getPingMethod(), new Metadata()).await().isOk()).isTrue();
			ServerServiceDefinition replaced = AdminService.of(new PingService());
			registry.addService(replaced);
			assertThat(reason(call(channel, AdminService.PING, new Metadata()))).isEqualTo("TOKEN_MISSING");
		});
	}

	@ParameterizedTest
	@EnumSource
	void channelzOnTheBuilder(TestStack stack) {
		stack.run(runner(stack, (builder) -> builder.addService(ChannelzService.newInstance(10))),
				(context, channel) -> assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(
						() -> ChannelzGrpc.newBlockingStub(channel).getServers(GetServersRequest.getDefaultInstance()))
					.satisfies((ex) -> assertThat(GrpcErrors.from(ex).reason()).isEqualTo("TOKEN_MISSING")));
	}

	/**
	 * Nothing but what the customizer adds, not even health. Boot starts no server then.
	 */
	@Test
	void aServerWithoutAServiceOfTheStack() {
		TestStack stack = TestStack.NET_DEVH;
		stack.run(
				onBuilder(stack, PUBLIC, "grpc.server.reflection-service-enabled=false",
						"grpc.server.health-service-enabled=false")
					.withBean("pingService", String.class, () -> "none"),
				(context, channel) -> {
					assertThat(TestStack.server(context).getServices()).hasSize(1);
					assertPassesTheChain(context, channel);
				});
	}

	/**
	 * As for those that the stack binds: whatever ends a call, wire, line, meters and
	 * observation agree.
	 */
	@Test
	void theTruthIsToldOfMethodsBoundElsewhere() {
		TestStack stack = TestStack.NET_DEVH;
		stack.run(runner(stack, (builder) -> builder.addService(new PingService()), TruthTable.SETTINGS)
			.withUserConfiguration(TruthTable.Application.class, Advice.class)
			.withBean("pingService", String.class, () -> "none"), TruthTable::check);
	}

	@ParameterizedTest
	@EnumSource
	void whatTheStackBindsPassesTheChainOnce(TestStack stack) {
		stack.run(onBuilder(stack, "grpc.patterns.server.rate-limit.calls-per-second=0.001",
				"grpc.patterns.server.rate-limit.burst=2"), (context, channel) -> {
					MethodDescriptor<PingRequest, PingResponse> method = PingServiceGrpc.getPingMethod();
					assertThat(call(channel, method, new Metadata()).await().isOk()).isTrue();
					assertThat(call(channel, method, new Metadata()).await().isOk()).isTrue();
					assertThat(reason(call(channel, method, new Metadata()))).isEqualTo("RATE_LIMITED");
					assertThat(context.getBean(Interceptor.class).calls).hasSize(2);
				});
	}

	@ParameterizedTest
	@EnumSource
	void whatTheApplicationBoundToTheChainItselfPassesItOnce(TestStack stack) {
		stack.run(withoutKey(stack).withPropertyValues(KEY).withBean(BoundByHand.class),
				BoundElsewhereTests::assertPassesTheChain);
	}

	@ParameterizedTest
	@EnumSource
	void itsOrderAndItsInterceptorsAreThoseOfTheStack(TestStack stack) {
		stack.run(onBuilder(stack), (context, channel) -> {
			Interceptor interceptor = context.getBean(Interceptor.class);
			call(channel, PingServiceGrpc.getPingMethod(), new Metadata()).await();
			List<Class<?>> bound = interceptor.chain;
			call(channel, AdminService.PING, TestTokens.headers("alice")).await();
			assertThat(bound).hasSizeGreaterThan(10);
			assertThat(interceptor.chain).isNotSameAs(bound).isEqualTo(bound);
		});
	}

	@Test
	void whatADiscovererOfTheApplicationDoesNotBindPassesTheChain() {
		TestStack stack = TestStack.NET_DEVH;
		stack.run(runner(stack, (builder) -> {
		}, PUBLIC).withBean(GrpcServiceDiscoverer.class,
				() -> () -> List
					.of(new GrpcServiceDefinition("admin", PingService.class, AdminService.of(new PingService())))),
				BoundElsewhereTests::assertPassesTheChain);
	}

	@Test
	void whatAConfigurerOfTheApplicationDoesNotBindPassesTheChain() {
		TestStack stack = TestStack.SPRING_GRPC;
		stack.run(runner(stack, (builder) -> {
		}, PUBLIC).withBean(GrpcServiceConfigurer.class, () -> (service, factory) -> service.service().bindService())
			.withBean("pingService", BindableService.class, () -> () -> AdminService.of(new PingService())),
				BoundElsewhereTests::assertPassesTheChain);
	}

	@ParameterizedTest
	@EnumSource
	void patternsMayNameIt(TestStack stack) {
		stack.run(onBuilder(stack, PUBLIC + AdminService.PING.getFullMethodName(),
				"grpc.patterns.server.stream.overrides[0].methods=" + AdminService.NAME + "/*",
				"grpc.patterns.server.stream.overrides[0].max-inbound-messages=1"), (context, channel) -> {
					assertThat(call(channel, AdminService.PING, new Metadata()).await().isOk()).isTrue();
					assertThat(reason(call(channel, AdminService.BIDI, new Metadata()))).isEqualTo("TOKEN_MISSING");
					RawCall stream = RawCall
						.start(channel, AdminService.BIDI, CallOptions.DEFAULT, TestTokens.headers("alice"))
						.send(PingRequest.getDefaultInstance())
						.awaitFirst();
					assertThat(reason(stream.send(PingRequest.getDefaultInstance()))).isEqualTo("STREAM_MAX_MESSAGES");
				});
	}

	@ParameterizedTest
	@EnumSource
	void patternThatMatchesNeitherFailsBeforeAServerListens(TestStack stack) {
		Listening listening = new Listening();
		onBuilder(stack, PUBLIC + "admin.v1.AdminServise/*").withBean(Listening.class, () -> listening)
			.run((context) -> {
				Throwable failure = NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure());
				assertThat(failure).isInstanceOfSatisfying(SettingException.class,
						(ex) -> assertThat(ex.reason()).contains("did you mean 'admin.v1.AdminService/*'?"));
				assertThat(listening.started).isFalse();
			});
	}

	@ParameterizedTest
	@EnumSource
	void whatOnlyARegistryKnowsIsNamedWithAWarning(TestStack stack) {
		MutableHandlerRegistry registry = new MutableHandlerRegistry();
		ApplicationContextRunner runner = runner(stack, (builder) -> builder.fallbackHandlerRegistry(registry),
				PUBLIC + AdminService.PING.getFullMethodName());
		runner.run((context) -> assertThat(context).getFailure()
			.rootCause()
			.isInstanceOf(SettingException.class)
			.hasMessageContaining(AdminService.NAME));
		stack.run(runner.withPropertyValues("grpc.patterns.unmatched-methods=warn"), (context, channel) -> {
			registry.addService(AdminService.of(new PingService()));
			assertThat(call(channel, AdminService.PING, new Metadata()).await().isOk()).isTrue();
			assertThat(reason(call(channel, AdminService.LIST, new Metadata()))).isEqualTo("TOKEN_MISSING");
		});
	}

	@ParameterizedTest
	@EnumSource
	void withoutAKeySourceTheStartFails(TestStack stack) {
		Listening listening = new Listening();
		Customizer customizer = (builder) -> builder.addService(AdminService.of(new PingService()));
		withoutKey(stack).withBean(Customizer.class, () -> customizer)
			.withBean(Listening.class, () -> listening)
			.run((context) -> {
				assertThat(context).getFailure()
					.rootCause()
					.hasMessageContaining(AdminService.NAME)
					.extracting(Throwable::getClass)
					.hasToString("class io.github.grpcpatterns.auth.MissingKeySourceException");
				assertThat(listening.started).isFalse();
			});
	}

	@ParameterizedTest
	@EnumSource
	void whoeverIsRefusedIsAnsweredWhileEveryThreadIsHeld(TestStack stack) {
		CountDownLatch release = new CountDownLatch(1);
		PingService service = new PingService().first(() -> await(release));
		stack.run(runner(stack, (builder) -> builder.addService(AdminService.of(service)),
				"grpc.patterns.server.executor.bean=two")
			.withBean("two", ExecutorService.class, () -> Executors.newFixedThreadPool(2)), (context, channel) -> {
				List<RawCall> held = new ArrayList<>();
				for (int i = 0; i < 2; i++) {
					held.add(call(channel, AdminService.PING, TestTokens.headers("alice")));
				}
				Awaitility.await().until(() -> service.calls.get() == 2);
				assertThat(reason(call(channel, AdminService.PING, new Metadata()))).isEqualTo("TOKEN_MISSING");
				release.countDown();
				assertThat(held).allMatch((call) -> call.await().isOk());
			});
	}

	/**
	 * A registry of the application is its code, which the transport must not wait for.
	 */
	@ParameterizedTest
	@EnumSource
	void aRegistryIsAskedOnTheExecutorOfTheHandlers(TestStack stack) {
		List<String> threads = new ArrayList<>();
		MutableHandlerRegistry services = new MutableHandlerRegistry();
		services.addService(AdminService.of(new PingService()));
		HandlerRegistry registry = new HandlerRegistry() {

			@Override
			public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
				threads.add(Thread.currentThread().getName());
				return services.lookupMethod(name, authority);
			}

		};
		stack.run(
				runner(stack, (builder) -> builder.fallbackHandlerRegistry(registry),
						"grpc.patterns.server.executor.bean=one")
					.withBean("one", ExecutorService.class,
							() -> Executors.newSingleThreadExecutor((task) -> new Thread(task, "one"))),
				(context, channel) -> {
					call(channel, AdminService.PING, new Metadata()).await();
					call(channel, AdminService.PING, TestTokens.headers("alice")).await();
					assertThat(threads).containsExactly("one", "one");
				});
	}

	/**
	 * With grpc-java alone the answer to what did not parse ends the connection.
	 */
	@ParameterizedTest
	@EnumSource
	void requestThatDoesNotParseEndsItsOwnCall(TestStack stack) {
		stack.run(onBuilder(stack), (context, channel) -> {
			RawCall other = RawCall.start(channel, AdminService.BIDI, CallOptions.DEFAULT, TestTokens.headers("alice"))
				.send(PingRequest.getDefaultInstance())
				.awaitFirst();
			try (CapturedLog log = new CapturedLog("grpc.patterns.server")) {
				for (MethodDescriptor<PingRequest, PingResponse> method : METHODS) {
					RawCall call = RawCall.start(channel, garbling(method), CallOptions.DEFAULT,
							TestTokens.headers("alice"));
					call.send(PingRequest.getDefaultInstance());
					if (method.getType().clientSendsOneMessage()) {
						call.halfClose();
					}
					assertThat(call.await().getDescription()).isEqualTo("the request could not be parsed");
				}
				Awaitility.await().until(() -> log.events().size() >= 4);
				assertThat(log.events()).map(ILoggingEvent::getFormattedMessage)
					.hasSize(4)
					.allSatisfy((line) -> assertThat(line).contains(" INTERNAL in "));
			}
			assertThat(other.halfClose().await().isOk()).isTrue();
		});
	}

	private static MethodDescriptor<PingRequest, PingResponse> garbling(
			MethodDescriptor<PingRequest, PingResponse> method) {
		return method.toBuilder(new MethodDescriptor.Marshaller<PingRequest>() {

			@Override
			public InputStream stream(PingRequest value) {
				return new ByteArrayInputStream(new byte[] { 15, -1, -1 });
			}

			@Override
			public PingRequest parse(InputStream stream) {
				throw new UnsupportedOperationException();
			}

		}, method.getResponseMarshaller()).build();
	}

	@ParameterizedTest
	@EnumSource
	void whatNoRegistryFindsIsUnknown(TestStack stack) {
		MutableHandlerRegistry registry = new MutableHandlerRegistry();
		stack.run(runner(stack, (builder) -> builder.fallbackHandlerRegistry(registry)), (context, channel) -> {
			assertThat(call(channel, AdminService.PING, new Metadata()).await().getCode())
				.isEqualTo(Status.Code.UNIMPLEMENTED);
			Awaitility.await()
				.untilAsserted(() -> assertThat(context.getBean(MeterRegistry.class)
					.get("grpc.patterns.server.unknown.methods")
					.counter()
					.count()).isEqualTo(1));
			assertThat(listed(context)).isEmpty();
		});
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * What an application does to the builder of a server.
	 */
	@FunctionalInterface
	interface Customizer {

		void customize(ServerBuilder<?> builder);

	}

	/**
	 * As one would who knows that a builder adds no interceptors.
	 */
	static final class BoundByHand implements Customizer {

		private final ApplicationContext context;

		BoundByHand(ApplicationContext context) {
			this.context = context;
		}

		@Override
		public void customize(ServerBuilder<?> builder) {
			List<ServerInterceptor> chain = this.context.getBean(ChainInterceptors.class).interceptors();
			builder.addService(ServerInterceptors.interceptForward(AdminService.of(new PingService()), chain));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		GrpcServerConfigurer netDevhConfigurer(Customizer customizer) {
			return customizer::customize;
		}

		@Bean
		<T extends ServerBuilder<T>> ServerBuilderCustomizer<T> springGrpcCustomizer(Customizer customizer) {
			return customizer::customize;
		}

		@Bean
		Interceptor interceptor() {
			return new Interceptor();
		}

		@Bean
		MeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

	}

	/**
	 * The application's own, innermost: notes the calls that reach it, and what stands
	 * outside it.
	 */
	@GrpcGlobalServerInterceptor
	@GlobalServerInterceptor
	static final class Interceptor implements ServerInterceptor {

		private final List<String> calls = new CopyOnWriteArrayList<>();

		private volatile List<Class<?>> chain = List.of();

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			this.calls.add(call.getMethodDescriptor().getFullMethodName());
			this.chain = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
				.walk((frames) -> frames.filter((frame) -> frame.getMethodName().equals("interceptCall"))
					.<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
					.filter(ServerInterceptor.class::isAssignableFrom)
					.toList());
			return next.startCall(call, headers);
		}

	}

	/**
	 * Whether a server began to listen.
	 */
	static final class Listening implements ApplicationListener<ApplicationEvent> {

		private volatile boolean started;

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
			this.started |= event.getClass().getSimpleName().equals("GrpcServerStartedEvent");
		}

	}

	@GrpcAdvice
	public static class Advice {

		@net.devh.boot.grpc.server.advice.GrpcExceptionHandler
		public Status handle(ArithmeticException ex) {
			return Status.OUT_OF_RANGE;
		}

	}

}
