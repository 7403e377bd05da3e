/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.retry.RetryClientAutoConfiguration;
import io.github.grpcpatterns.retry.RetryClientInterceptor;
import io.github.grpcpatterns.internal.call.CallAutoConfiguration;
import io.github.grpcpatterns.testing.FaultyProxy;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for calls that are on their way when a server goes away.
 */
class LateCallTests {

	private static final String PREFIX = "grpc.patterns.server.shutdown.";

	@ParameterizedTest
	@EnumSource
	void callsOnTheirWayAreServedAndEndWithTheOthers(TestStack stack) {
		stack.run(ShutdownStackTests.runner(stack, PREFIX + "drain-timeout=2s"), (context, unused) -> {
			Server server = TestStack.server(context);
			ServerDrain drain = context.getBean(ServerDrain.class);
			DrainingService service = context.getBean(DrainingService.class);
			try (FaultyProxy proxy = new FaultyProxy(server.getPort())) {
				ManagedChannel channel = channel(proxy.port());
				RawCall before = bidi(channel, "stay").awaitFirst();
				proxy.hold(); // the client does not hear the GOAWAY
				CompletableFuture<Duration> stopped = ShutdownStackTests.stop(context);
				Awaitility.await().until(drain::underWay);
				assertThat(server.isShutdown()).isTrue();
				RawCall unary = ping(channel);
				RawCall leaving = bidi(channel, "leave");
				RawCall staying = bidi(channel, "stay");
				Health watch = Health.watch(channel, "");
				Awaitility.await().until(() -> service.told.get() == 3);
				proxy.release();
				assertThat(unary.await().isOk()).isTrue();
				assertThat(leaving.await().isOk()).isTrue();
				assertThat(watch.await().getDescription()).isEqualTo("the server is shutting down");
				assertThat(stopped).isNotDone();
				ShutdownStackTests.assertDraining(before, false);
				ShutdownStackTests.assertDraining(staying, false);
				assertThat(ShutdownStackTests.await(stopped)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(7));
				channel.shutdownNow();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	private static RawCall bidi(ManagedChannel channel, String value) {
		return RawCall.start(channel, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
			.send(PingRequest.newBuilder().setValue(value).build());
	}

	@ParameterizedTest
	@EnumSource
	void aCallThatComesAfterTheDrainTimeoutIsRefusedAndServedElsewhere(TestStack stack) {
		PingService elsewhere = new PingService();
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, RetryClientAutoConfiguration.class))
			.run((client) -> stack.run(stack.runner().withPropertyValues(PREFIX + "drain-timeout=0"),
					(context, unused) -> {
						Server server = TestStack.server(context);
						try (FaultyProxy proxy = new FaultyProxy(server.getPort());
								GrpcHarness other = GrpcHarness.netty().service(elsewhere).start()) {
							ManagedChannel channel = channel(proxy.port(), other.port());
							refuseAndRetry(client.getBean(RetryClientInterceptor.class),
									((AssertableApplicationContext) context).getSourceApplicationContext(
											ConfigurableApplicationContext.class),
									server, proxy, channel);
							channel.shutdownNow();
						}
						catch (IOException ex) {
							throw new UncheckedIOException(ex);
						}
					}));
		assertThat(elsewhere.calls).hasValue(3);
	}

	private static void refuseAndRetry(RetryClientInterceptor retry, ConfigurableApplicationContext context,
			Server server, FaultyProxy proxy, ManagedChannel channel) {
		RawCall live = RawCall.start(channel, PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT, new Metadata())
			.send(PingRequest.getDefaultInstance())
			.awaitFirst();
		ServerDrain drain = context.getBean(ServerDrain.class);
		proxy.hold();
		CompletableFuture<Void> stopped = CompletableFuture.runAsync(context::close,
				(task) -> new Thread(task, "stop").start());
		Awaitility.await().until(drain::over);
		assertThat(server.isShutdown()).isTrue();
		RawCall plain = ping(channel);
		List<CompletableFuture<?>> retried = List.of(retried(channel, retry), retried(channel, retry),
				retried(channel, retry));
		// The refusals travel behind whatever was said before them, the GOAWAY first.
		proxy.release();
		assertThat(plain.await().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(plain.await().getDescription()).isEqualTo("the server is shutting down");
		assertThat(plain.trailers().get(RichStatus.PUSHBACK)).isNull();
		retried.forEach((call) -> call.orTimeout(20, TimeUnit.SECONDS).join());
		assertThat(live.await().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		stopped.orTimeout(20, TimeUnit.SECONDS).join();
	}

	private static RawCall ping(ManagedChannel channel) {
		return RawCall.start(channel, PingServiceGrpc.getPingMethod(), CallOptions.DEFAULT, new Metadata())
			.send(PingRequest.getDefaultInstance())
			.halfClose();
	}

	private static CompletableFuture<?> retried(ManagedChannel channel, RetryClientInterceptor retry) {
		return CompletableFuture.runAsync(() -> PingServiceGrpc.newBlockingStub(channel)
			.withInterceptors(retry)
			.ping(PingRequest.getDefaultInstance()), (task) -> new Thread(task, "caller").start());
	}

	/**
	 * Two addresses, of which the first that answers is used.
	 */
	private static ManagedChannel channel(int... ports) {
		String scheme = "refused" + ports[0];
		List<EquivalentAddressGroup> addresses = java.util.Arrays.stream(ports)
			.mapToObj((port) -> new EquivalentAddressGroup((SocketAddress) new InetSocketAddress("127.0.0.1", port)))
			.toList();
		NameResolverRegistry.getDefaultRegistry().register(new NameResolverProvider() {

			@Override
			public NameResolver newNameResolver(URI target, NameResolver.Args args) {
				return new NameResolver() {

					@Override
					public void start(Listener2 listener) {
						listener.onResult(ResolutionResult.newBuilder()
							.setAddressesOrError(StatusOr.fromValue(addresses))
							.build());
					}

					@Override
					public String getServiceAuthority() {
						return "servers";
					}

					@Override
					public void shutdown() {
					}

				};
			}

			@Override
			public String getDefaultScheme() {
				return scheme;
			}

			@Override
			protected boolean isAvailable() {
				return true;
			}

			@Override
			protected int priority() {
				return 1;
			}

		});
		return NettyChannelBuilder.forTarget(scheme + ":///servers").usePlaintext().disableRetry().build();
	}

}
