/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.github.grpcpatterns.internal.call.LiveCalls;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.stub.ResumableStream;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.Received;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.grpc.server.lifecycle.GrpcServerShutdownEvent;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the end of real servers of both stacks.
 */
class ShutdownStackTests {

	private static final String PREFIX = "grpc.patterns.server.shutdown.";

	static ApplicationContextRunner runner(TestStack stack, String... properties) {
		return stack.runner()
			.withAllowBeanDefinitionOverriding(true)
			.withUserConfiguration(Application.class)
			.withPropertyValues(properties);
	}

	/**
	 * Stop the application on a thread of its own.
	 * @return how long it takes
	 */
	static CompletableFuture<Duration> stop(ApplicationContext context) {
		ConfigurableApplicationContext application = ((AssertableApplicationContext) context)
			.getSourceApplicationContext(ConfigurableApplicationContext.class);
		return CompletableFuture.supplyAsync(() -> {
			long start = System.nanoTime();
			application.close();
			return Duration.ofNanos(System.nanoTime() - start);
		}, (task) -> new Thread(task, "stop").start());
	}

	static Duration await(CompletableFuture<Duration> stopped) {
		return stopped.orTimeout(40, TimeUnit.SECONDS).join();
	}

	private static RawCall start(Channel channel, MethodDescriptor<PingRequest, PingResponse> method, String value) {
		return RawCall.start(channel, method, CallOptions.DEFAULT, new Metadata())
			.send(PingRequest.newBuilder().setValue(value).build());
	}

	static void assertDraining(RawCall call, boolean mayRepeat) {
		Status status = call.await();
		assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(status.getDescription()).isEqualTo("the server is shutting down");
		assertThat(call.trailers().get(RichStatus.PUSHBACK)).isEqualTo(mayRepeat ? null : "-1");
		assertThat(details(call, ErrorInfo.class).getReason()).isEqualTo("SERVER_DRAINING");
		assertThat(details(call, RetryInfo.class).getRetryDelay().getSeconds()).isEqualTo(1);
	}

	private static <T extends Message> T details(RawCall call, Class<T> type) {
		for (Any detail : call.trailers().get(RichStatus.DETAILS).getDetailsList()) {
			if (detail.is(type)) {
				try {
					return detail.unpack(type);
				}
				catch (InvalidProtocolBufferException ex) {
					throw new AssertionError(ex);
				}
			}
		}
		throw new AssertionError("no " + type);
	}

	private static int live(LiveCalls calls) {
		List<String> names = new ArrayList<>();
		calls.forEach((call) -> names.add(call.methodName()));
		return names.size();
	}

	@ParameterizedTest
	@EnumSource
	void everyCallComesToItsEnd(TestStack stack) {
		stack.run(runner(stack, PREFIX + "drain-timeout=1500ms"), (context, channel) -> {
			DrainingService service = context.getBean(DrainingService.class);
			Server server = TestStack.server(context);
			LiveCalls calls = context.getBean(LiveCalls.class);
			AtomicBoolean early = new AtomicBoolean();
			Health health = Health.watch(channel, "");
			Awaitility.await().until(() -> health.seen().size() == 1);
			service.whenTold = () -> {
				if (!server.isShutdown()) {
					early.set(true);
				}
			};
			List<RawCall> leaving = new ArrayList<>();
			List<RawCall> staying = new ArrayList<>();
			for (int i = 0; i < 50; i++) {
				boolean leaves = i % 2 == 0;
				(leaves ? leaving : staying)
					.add(start(channel, PingServiceGrpc.getPingBidiMethod(), leaves ? "leave" : "stay").awaitFirst());
			}
			staying.add(start(channel, PingServiceGrpc.getPingStreamMethod(), "stay"));
			staying.add(start(channel, PingServiceGrpc.getPingListMethod(), "").halfClose().awaitFirst());
			staying.add(start(channel, PingServiceGrpc.getPingMethod(), "never").halfClose());
			List<RawCall> repeatable = List.of(
					start(channel, PingServiceGrpc.getPingIdempotentMethod(), "never").halfClose(),
					start(channel, PingServiceGrpc.getPingSafeMethod(), "never").halfClose(),
					start(channel, PingServiceGrpc.getPingMethod(), "never"),
					start(channel, PingServiceGrpc.getPingListMethod(), ""));
			List<RawCall> finishing = List.of(start(channel, PingServiceGrpc.getPingMethod(), "hold").halfClose(),
					start(channel, PingServiceGrpc.getPingIdempotentMethod(), "hold").halfClose());
			Awaitility.await().until(() -> service.begun.get() == 4);
			Awaitility.await().until(() -> live(calls) == 60);
			CompletableFuture<Duration> stopped = stop(context);
			assertThat(health(health).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(health.trailers().get(RichStatus.PUSHBACK)).isNull();
			assertThat(health.trailers().get(RichStatus.DETAILS)).isNotNull();
			assertThat(stopped).isNotDone();
			assertThat(health.seen()).containsExactly(ServingStatus.SERVING, ServingStatus.NOT_SERVING);
			assertThat(leaving).allSatisfy((call) -> {
				assertThat(call.await().isOk()).isTrue();
				assertThat(call.responses()).last().extracting(PingResponse::getValue).isEqualTo("goodbye");
			});
			assertThat(stopped).isNotDone();
			service.release();
			assertThat(finishing).allSatisfy((call) -> assertThat(call.await().isOk()).isTrue());
			assertThat(staying).allSatisfy((call) -> assertDraining(call, false));
			assertThat(repeatable).allSatisfy((call) -> assertDraining(call, true));
			assertThat(await(stopped)).isBetween(Duration.ofMillis(1500), Duration.ofMillis(6500));
			assertThat(service.told).hasValue(51);
			assertThat(service.toldAgain).hasValue(0);
			assertThat(service.overlaps).hasValue(0);
			assertThat(early).isFalse();
			Awaitility.await().untilAsserted(() -> assertThat(service.cancelled).hasValue(26));
			Awaitility.await().untilAsserted(() -> assertThat(live(calls)).isZero());
		});
	}

	/**
	 * As an orchestrator would: who sees the health turn takes the next calls elsewhere.
	 */
	@ParameterizedTest
	@EnumSource
	void streamsGoOnWithAnotherInstanceWithoutLossOrRepeat(TestStack stack) {
		ApplicationContextRunner runner = runner(stack, "grpc.patterns.server.stream.outbound-rate=500",
				"grpc.patterns.server.stream.outbound-burst=1");
		stack.run(runner, (first, firstChannel) -> stack.run(runner, (second, secondChannel) -> {
			Health health = Health.watch(firstChannel, "");
			Awaitility.await().until(() -> health.seen().size() == 1);
			Channel either = new Either(firstChannel, secondChannel, () -> health.seen().size() > 1);
			List<Received<PingResponse>> readers = new ArrayList<>();
			for (int i = 0; i < 50; i++) {
				Received<PingResponse> reader = new Received<>();
				readers.add(reader);
				ResumableStream
					.of(either, PingServiceGrpc.getPingListMethod(),
							(last) -> PingRequest.newBuilder()
								.setValue(DrainingService.COUNT)
								.setCount((last != null) ? last.getCounter() + 1 : 0)
								.build())
					.start(reader);
			}
			RawCall unary = start(firstChannel, PingServiceGrpc.getPingMethod(), "hold").halfClose();
			LiveCalls calls = first.getBean(LiveCalls.class);
			Awaitility.await().until(() -> live(calls) == 52);
			Awaitility.await().until(() -> readers.stream().allMatch((reader) -> reader.values.size() >= 100));
			CompletableFuture<Duration> stopped = stop(first);
			assertThat(health(health).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(stopped).isNotDone();
			first.getBean(DrainingService.class).release();
			assertThat(unary.await().isOk()).isTrue();
			assertThat(await(stopped)).isLessThan(Duration.ofSeconds(5)); // not the drain
																			// timeout
			assertThat(readers).allSatisfy((reader) -> {
				assertThat(reader.status().isOk()).isTrue();
				assertThat(reader.values).extracting(PingResponse::getCounter)
					.containsExactlyElementsOf(IntStream.range(0, DrainingService.NUMBERS).boxed().toList());
			});
			List<Integer> cursors = second.getBean(DrainingService.class).cursors;
			assertThat(cursors).hasSize(50).allMatch((cursor) -> cursor >= 100);
		}));
	}

	private static Status health(Health health) {
		try {
			return health.await();
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	@ParameterizedTest
	@EnumSource
	void callsAreServedDuringThePreStopDelay(TestStack stack) {
		stack.run(runner(stack, PREFIX + "pre-stop-delay=1s"), (context, channel) -> {
			DrainingService service = context.getBean(DrainingService.class);
			Health health = Health.watch(channel, "");
			RawCall stream = start(channel, PingServiceGrpc.getPingBidiMethod(), "leave").awaitFirst();
			CompletableFuture<Duration> stopped = stop(context);
			Awaitility.await().until(() -> health.seen().contains(ServingStatus.NOT_SERVING));
			PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.getDefaultInstance());
			stream.send(PingRequest.newBuilder().setValue("leave").build());
			Awaitility.await().until(() -> stream.responses().size() == 2);
			assertThat(health.ended()).isFalse();
			assertThat(service.told).hasValue(0);
			assertThat(stream.await().isOk()).isTrue();
			assertThat(service.told).hasValue(1);
			assertThat(await(stopped)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(6));
		});
	}

	@ParameterizedTest
	@EnumSource
	void whatTheApplicationDoesWhenAServerStopsComesFirst(TestStack stack) {
		stack.run(runner(stack), (context, channel) -> {
			Listener listener = context.getBean(Listener.class);
			await(stop(context));
			assertThat(listener.heard).containsExactly(false);
		});
	}

	@ParameterizedTest
	@EnumSource
	void healthTurnsUnderEveryNameWhateverElseSetsIt(TestStack stack) {
		stack.run(runner(stack, PREFIX + "pre-stop-delay=1s"), (context, channel) -> {
			HealthStatusManager manager = context.getBean(HealthStatusManager.class);
			manager.setStatus("a.Service", ServingStatus.SERVING);
			Health named = Health.watch(channel, "a.Service");
			Health all = Health.watch(channel, "");
			Health nobody = Health.watch(channel, "nobody.Service");
			Awaitility.await().until(() -> named.seen().size() + all.seen().size() + nobody.seen().size() == 3);
			CompletableFuture<Duration> stopped = stop(context);
			Awaitility.await().until(() -> named.seen().size() + all.seen().size() + nobody.seen().size() == 6);
			for (String name : List.of("a.Service", "", "a.LateService")) {
				manager.setStatus(name, ServingStatus.SERVING); // as Boot's scheduler
				assertThat(Health.check(channel, name)).isEqualTo(ServingStatus.NOT_SERVING);
			}
			Health late = Health.watch(channel, "a.Service");
			await(stopped);
			assertThat(late.seen()).containsExactly(ServingStatus.NOT_SERVING);
			assertThat(named.seen()).containsExactly(ServingStatus.SERVING, ServingStatus.NOT_SERVING);
			assertThat(all.seen()).containsExactly(ServingStatus.SERVING, ServingStatus.NOT_SERVING);
			assertThat(nobody.seen()).containsExactly(ServingStatus.SERVICE_UNKNOWN, ServingStatus.NOT_SERVING);
		});
	}

	@ParameterizedTest
	@EnumSource
	void readinessTurnsWhenTheApplicationCloses(TestStack stack) {
		stack.run(runner(stack, PREFIX + "pre-stop-delay=500ms"), (context, channel) -> {
			ApplicationAvailability availability = context.getBean(ApplicationAvailability.class);
			Listener listener = context.getBean(Listener.class);
			AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
			CompletableFuture<Duration> stopped = stop(context);
			Awaitility.await().until(() -> availability.getReadinessState() == ReadinessState.REFUSING_TRAFFIC);
			PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.getDefaultInstance());
			await(stopped);
			assertThat(listener.readiness).containsExactly(ReadinessState.ACCEPTING_TRAFFIC,
					ReadinessState.REFUSING_TRAFFIC);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aHandlerIsToldAsItsCaller(TestStack stack) {
		stack.run(runner(stack, "grpc.patterns.server.auth.public-methods=",
				"grpc.patterns.server.auth.jwt.secret=" + TestTokens.SECRET), (context, channel) -> {
					DrainingService service = context.getBean(DrainingService.class);
					Metadata headers = TestTokens.headers("alice");
					headers.put(Metadata.Key.of("x-correlation-id", Metadata.ASCII_STRING_MARSHALLER), "id-1");
					RawCall call = RawCall
						.start(channel, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, headers)
						.send(PingRequest.newBuilder().setValue("leave").build())
						.awaitFirst();
					assertThat(call.responses().get(0).getValue()).isEqualTo("id-1 id-1 alice");
					CompletableFuture<Duration> stopped = stop(context);
					assertThat(call.await().isOk()).isTrue();
					assertThat(service.identities).containsExactly("id-1 id-1 alice");
					await(stopped);
				});
	}

	@ParameterizedTest
	@EnumSource
	void serversStopAtTheSameTime(TestStack stack) {
		String name = "shutdown-" + stack;
		stack.run(runner(stack, PREFIX + "drain-timeout=3s", "grpc.server.in-process-name=" + name,
				"spring.grpc.server.inprocess.name=" + name), (context, channel) -> {
					DrainingService service = context.getBean(DrainingService.class);
					ManagedChannel inProcess = InProcessChannelBuilder.forName(name).build();
					RawCall first = start(channel, PingServiceGrpc.getPingBidiMethod(), "stay").awaitFirst();
					RawCall second = start(inProcess, PingServiceGrpc.getPingBidiMethod(), "stay").awaitFirst();
					CompletableFuture<Duration> stopped = stop(context);
					Awaitility.await().until(() -> service.told.get() == 2);
					assertThat(first.closes() + second.closes()).isZero();
					assertDraining(first, false);
					assertDraining(second, false);
					assertThat(await(stopped)).isBetween(Duration.ofSeconds(3), Duration.ofMillis(5500));
					inProcess.shutdownNow();
				});
	}

	@ParameterizedTest
	@EnumSource
	void theGracePeriodOfTheStackCutsNothingShort(TestStack stack) {
		stack.run(runner(stack, PREFIX + "drain-timeout=1s", "grpc.server.shutdown-grace-period=0s",
				"spring.grpc.server.shutdown.grace-period=0s", "spring.lifecycle.timeout-per-shutdown-phase=100ms"),
				(context, channel) -> {
					RawCall call = start(channel, PingServiceGrpc.getPingBidiMethod(), "stay").awaitFirst();
					CompletableFuture<Duration> stopped = stop(context);
					assertDraining(call, false);
					assertThat(await(stopped)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(6));
				});
	}

	/**
	 * The trailers of a client that does not read wait for ever behind its messages.
	 */
	@ParameterizedTest
	@EnumSource
	void theGracePeriodOfTheStackDelaysNothing(TestStack stack) {
		stack.run(runner(stack, PREFIX + "drain-timeout=200ms", "grpc.server.shutdown-grace-period=-1s",
				"spring.grpc.server.shutdown.grace-period=-1s"), (context, channel) -> {
					CountDownLatch headers = new CountDownLatch(1);
					ClientCall<PingRequest, PingResponse> call = channel.newCall(PingServiceGrpc.getPingBidiMethod(),
							CallOptions.DEFAULT);
					call.start(new ClientCall.Listener<>() {
						@Override
						public void onHeaders(Metadata received) {
							headers.countDown();
						}
					}, new Metadata());
					call.sendMessage(PingRequest.newBuilder().setValue("flood").build());
					await(headers);
					assertThat(await(stop(context))).isBetween(Duration.ofMillis(200), Duration.ofMillis(5200));
					call.cancel("the test is over", null);
				});
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@ParameterizedTest
	@EnumSource
	void withoutATimeoutNothingIsWaitedFor(TestStack stack) {
		stack.run(runner(stack, PREFIX + "drain-timeout=0"), (context, channel) -> {
			DrainingService service = context.getBean(DrainingService.class);
			RawCall call = start(channel, PingServiceGrpc.getPingBidiMethod(), "stay").awaitFirst();
			assertThat(await(stop(context))).isLessThan(Duration.ofSeconds(5));
			assertDraining(call, false);
			assertThat(service.overlaps).hasValue(0);
		});
	}

	@ParameterizedTest
	@EnumSource
	void anIdleServerStopsAtOnce(TestStack stack) {
		stack.run(runner(stack), (context, channel) -> {
			Health health = Health.watch(channel, "");
			PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.getDefaultInstance());
			Awaitility.await().until(() -> health.seen().size() == 1);
			assertThat(await(stop(context))).isLessThan(Duration.ofSeconds(5));
		});
	}

	@ParameterizedTest
	@EnumSource
	void switchedOffTheStackStopsAsEver(TestStack stack) {
		stack.run(runner(stack, PREFIX + "enabled=false", "grpc.server.shutdown-grace-period=500ms",
				"spring.grpc.server.shutdown.grace-period=500ms"), (context, channel) -> {
					DrainingService service = context.getBean(DrainingService.class);
					RawCall call = start(channel, PingServiceGrpc.getPingBidiMethod(), "leave").awaitFirst();
					assertThat(await(stop(context))).isLessThan(Duration.ofSeconds(10));
					assertThat(call.await().getCode()).isEqualTo(Status.Code.CANCELLED); // cut
					assertThat(call.trailers().get(RichStatus.DETAILS)).isNull();
					assertThat(service.told).hasValue(0);
				});
	}

	@ParameterizedTest
	@EnumSource
	void whatIsEndedIsLoggedWithItsStatus(TestStack stack) {
		try (CapturedLog log = new CapturedLog("grpc.patterns.server")) {
			stack.run(runner(stack, PREFIX + "drain-timeout=100ms"), (context, channel) -> {
				RawCall call = start(channel, PingServiceGrpc.getPingBidiMethod(), "stay").awaitFirst();
				await(stop(context));
				assertDraining(call, false);
				Awaitility.await()
					.untilAsserted(
							() -> assertThat(log.events()).anySatisfy((event) -> assertThat(event.getFormattedMessage())
								.startsWith("grpcpatterns.testing.v1.PingService/PingBidi UNAVAILABLE in ")));
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void anApplicationThatIsStoppedWaitsForNothingAndServesAgain(TestStack stack) {
		waitsForNothingAndServesAgain(stack, ConfigurableApplicationContext::stop,
				ConfigurableApplicationContext::start);
	}

	/**
	 * As Spring's test framework does with contexts that it keeps.
	 */
	@ParameterizedTest
	@EnumSource
	void anApplicationThatIsPausedWaitsForNothingAndServesAgain(TestStack stack) {
		waitsForNothingAndServesAgain(stack, ConfigurableApplicationContext::pause,
				ConfigurableApplicationContext::restart);
	}

	private static void waitsForNothingAndServesAgain(TestStack stack, Consumer<ConfigurableApplicationContext> stop,
			Consumer<ConfigurableApplicationContext> start) {
		stack.run(runner(stack, PREFIX + "drain-timeout=30s", PREFIX + "pre-stop-delay=2s"), (context, channel) -> {
			ConfigurableApplicationContext application = ((AssertableApplicationContext) context)
				.getSourceApplicationContext(ConfigurableApplicationContext.class);
			AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
			HealthStatusManager manager = context.getBean(HealthStatusManager.class);
			manager.setStatus("a.Service", ServingStatus.SERVING);
			manager.setStatus("another.Service", ServingStatus.NOT_SERVING);
			DrainingService service = context.getBean(DrainingService.class);
			Health health = Health.watch(channel, "");
			Awaitility.await().until(() -> health.seen().size() == 1);
			RawCall stream = start(channel, PingServiceGrpc.getPingBidiMethod(), "leave").awaitFirst();
			RawCall unary = start(channel, PingServiceGrpc.getPingIdempotentMethod(), "never").halfClose();
			Awaitility.await().until(() -> service.begun.get() == 1);
			long begin = System.nanoTime();
			stop.accept(application);
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
			assertDraining(stream, false);
			assertDraining(unary, true);
			assertThat(health(health).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(health.trailers().get(RichStatus.PUSHBACK)).isNull();
			assertThat(service.told).as("handlers that were told to finish").hasValue(0);
			start.accept(application);
			ManagedChannel fresh = NettyChannelBuilder
				.forAddress("127.0.0.1",
						TestStack.servers(context).get(TestStack.servers(context).size() - 1).getPort())
				.usePlaintext()
				.build();
			assertThat(Health.check(fresh, "")).isEqualTo(ServingStatus.SERVING);
			assertThat(Health.check(fresh, "a.Service")).isEqualTo(ServingStatus.SERVING);
			assertThat(Health.check(fresh, "another.Service")).isEqualTo(ServingStatus.NOT_SERVING);
			assertThat(context.getBean(ApplicationAvailability.class).getReadinessState())
				.isEqualTo(ReadinessState.ACCEPTING_TRAFFIC);
			stopsInOrder(context, fresh);
			fresh.shutdownNow();
		});
	}

	private static void stopsInOrder(ApplicationContext context, ManagedChannel channel) {
		Health health = Health.watch(channel, "");
		RawCall stream = start(channel, PingServiceGrpc.getPingBidiMethod(), "leave").awaitFirst();
		CompletableFuture<Duration> stopped = stop(context);
		Awaitility.await().until(() -> health.seen().contains(ServingStatus.NOT_SERVING));
		PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.getDefaultInstance());
		assertThat(stream.await().isOk()).isTrue();
		assertThat(stream.responses()).last().extracting(PingResponse::getValue).isEqualTo("goodbye");
		assertThat(await(stopped)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(7));
	}

	@Test
	void oneServerThatStopsLeavesTheCallsOfOthersAlone() {
		String name = "shutdown-one";
		TestStack.NET_DEVH.run(
				runner(TestStack.NET_DEVH, PREFIX + "drain-timeout=100ms", "grpc.server.in-process-name=" + name),
				(context, channel) -> {
					DrainingService service = context.getBean(DrainingService.class);
					ManagedChannel inProcess = InProcessChannelBuilder.forName(name).build();
					RawCall first = start(channel, PingServiceGrpc.getPingBidiMethod(), "stay").awaitFirst();
					RawCall second = start(inProcess, PingServiceGrpc.getPingBidiMethod(), "stay").awaitFirst();
					context
						.getBean("inProcessGrpcServerLifecycle",
								net.devh.boot.grpc.server.serverfactory.GrpcServerLifecycle.class)
						.stop();
					assertDraining(second, false);
					assertThat(service.told).hasValue(0);
					PingServiceGrpc.newBlockingStub(channel).ping(PingRequest.getDefaultInstance());
					assertThat(Health.check(channel, "")).isEqualTo(ServingStatus.SERVING);
					assertThat(first.closes()).isZero();
					first.cancel();
					inProcess.shutdownNow();
				});
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		@GrpcService
		DrainingService pingService() {
			return new FloodingService();
		}

		@Bean
		Listener listener() {
			return new Listener();
		}

	}

	/**
	 * Hears of the stop of a server, whether it has been shut down, and of the readiness.
	 */
	static final class Listener {

		private final List<Boolean> heard = new ArrayList<>();

		private final List<ReadinessState> readiness = new CopyOnWriteArrayList<>();

		@EventListener
		void readiness(AvailabilityChangeEvent<ReadinessState> event) {
			this.readiness.add(event.getState());
		}

		@EventListener
		void stopping(GrpcServerShutdownEvent event) {
			this.heard.add(event.getServer().isShutdown());
		}

		@EventListener
		void stopping(net.devh.boot.grpc.server.event.GrpcServerShutdownEvent event) {
			this.heard.add(event.getServer().isShutdown());
		}

	}

	/**
	 * Takes calls to the first server or, when that is going away, to the second.
	 */
	private static final class Either extends Channel {

		private final Channel first;

		private final Channel second;

		private final BooleanSupplier leaving;

		Either(Channel first, Channel second, BooleanSupplier leaving) {
			this.first = first;
			this.second = second;
			this.leaving = leaving;
		}

		@Override
		public <ReqT, RespT> ClientCall<ReqT, RespT> newCall(MethodDescriptor<ReqT, RespT> method,
				CallOptions options) {
			return (this.leaving.getAsBoolean() ? this.second : this.first).newCall(method, options);
		}

		@Override
		public String authority() {
			return this.first.authority();
		}

	}

	private static final class FloodingService extends DrainingService {

		@Override
		public StreamObserver<PingRequest> pingBidi(StreamObserver<PingResponse> responses) {
			StreamObserver<PingRequest> live = super.pingBidi(responses);
			return new StreamObserver<>() {

				@Override
				public void onNext(PingRequest request) {
					if (request.getValue().equals("flood")) {
						responses.onNext(
								PingResponse.newBuilder().setPayload(ByteString.copyFrom(new byte[4_000_000])).build());
						return;
					}
					live.onNext(request);
				}

				@Override
				public void onError(Throwable ex) {
					live.onError(ex);
				}

				@Override
				public void onCompleted() {
					live.onCompleted();
				}

			};
		}

	}

}
