/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.grpcpatterns.internal.call.ExceptionMapping;
import io.github.grpcpatterns.internal.call.LiveCalls;
import io.github.grpcpatterns.internal.call.RegisteredMethods;
import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.internal.call.UnknownMethodListener;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.BindableService;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;

/**
 * A server and a channel to it, with the base of all patterns around the interceptors
 * under test, in the order given, outermost first.
 */
public final class GrpcHarness implements AutoCloseable {

	private final Server server;

	private final ManagedChannel channel;

	private final CallTimer timer;

	private final LiveCalls liveCalls;

	private GrpcHarness(Server server, ManagedChannel channel, CallTimer timer, LiveCalls liveCalls) {
		this.server = server;
		this.channel = channel;
		this.timer = timer;
		this.liveCalls = liveCalls;
	}

	/**
	 * Over a real transport on a loopback port.
	 */
	public static Builder netty() {
		return new Builder(true);
	}

	/**
	 * Within the process.
	 */
	public static Builder inProcess() {
		return new Builder(false);
	}

	public Server server() {
		return this.server;
	}

	public int port() {
		return this.server.getPort();
	}

	public ManagedChannel channel() {
		return this.channel;
	}

	public CallTimer timer() {
		return this.timer;
	}

	public LiveCalls liveCalls() {
		return this.liveCalls;
	}

	public PingServiceGrpc.PingServiceBlockingStub blocking() {
		return PingServiceGrpc.newBlockingStub(this.channel);
	}

	public PingServiceGrpc.PingServiceStub async() {
		return PingServiceGrpc.newStub(this.channel);
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
		this.server.shutdownNow();
		try {
			this.channel.awaitTermination(10, TimeUnit.SECONDS);
			this.server.awaitTermination(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * What to start.
	 */
	public static final class Builder {

		private final boolean netty;

		private final List<ServerInterceptor> outer = new ArrayList<>();

		private final List<ServerInterceptor> inner = new ArrayList<>();

		private final List<ClientInterceptor> client = new ArrayList<>();

		private final List<Consumer<ServerBuilder<?>>> serverCustomizers = new ArrayList<>();

		private final List<Consumer<ManagedChannelBuilder<?>>> channelCustomizers = new ArrayList<>();

		private BindableService service = new PingService();

		private CallTimer timer = TestCalls.sharedTimer();

		private LiveCalls liveCalls = TestCalls.liveCalls();

		private RichStatus richStatus = new RichStatus(RichStatus.DEFAULT_DOMAIN);

		private ExceptionMapping mapping;

		private UnknownMethodListener[] unknownMethodListeners = {};

		private boolean tracer = true;

		private Executor executor;

		private Builder(boolean netty) {
			this.netty = netty;
		}

		public Builder service(BindableService service) {
			this.service = service;
			return this;
		}

		/**
		 * Between the two ends of the guard, where most policies stand.
		 */
		public Builder interceptors(ServerInterceptor... interceptors) {
			this.outer.addAll(Arrays.asList(interceptors));
			return this;
		}

		/**
		 * Inside the inner end of the guard, where errors are mapped and the
		 * application's own stand.
		 */
		public Builder innerInterceptors(ServerInterceptor... interceptors) {
			this.inner.addAll(Arrays.asList(interceptors));
			return this;
		}

		public Builder clientInterceptors(ClientInterceptor... interceptors) {
			this.client.addAll(Arrays.asList(interceptors));
			return this;
		}

		public Builder server(Consumer<ServerBuilder<?>> customizer) {
			this.serverCustomizers.add(customizer);
			return this;
		}

		public Builder channel(Consumer<ManagedChannelBuilder<?>> customizer) {
			this.channelCustomizers.add(customizer);
			return this;
		}

		public Builder timer(CallTimer timer) {
			this.timer = timer;
			return this;
		}

		public Builder liveCalls(LiveCalls liveCalls) {
			this.liveCalls = liveCalls;
			return this;
		}

		public Builder mapping(ExceptionMapping mapping) {
			this.mapping = mapping;
			return this;
		}

		public Builder unknownMethodListeners(UnknownMethodListener... listeners) {
			this.unknownMethodListeners = listeners;
			return this;
		}

		public Builder executor(Executor executor) {
			this.executor = executor;
			return this;
		}

		public Builder withoutTracer() {
			this.tracer = false;
			return this;
		}

		public GrpcHarness start() {
			String name = InProcessServerBuilder.generateName();
			ServerBuilder<?> builder = this.netty ? NettyServerBuilder.forPort(0)
					: InProcessServerBuilder.forName(name);
			List<ServerInterceptor> chain = new ArrayList<>();
			chain.add(TestCalls.callServerInterceptor(this.timer,
					(this.executor != null) ? this.executor : this.timer.executor(), this.richStatus,
					(this.mapping != null) ? this.mapping : TestCalls.unknownMapping(this.richStatus), this.liveCalls));
			chain.addAll(this.outer);
			chain.add(TestCalls.handlerServerInterceptor());
			chain.addAll(this.inner);
			RegisteredMethods methods = TestCalls.registeredMethods();
			builder
				.addService(methods.register(ServerInterceptors.interceptForward(this.service.bindService(), chain)));
			if (this.tracer) {
				builder.addStreamTracerFactory(TestCalls.tracer(this.timer, methods, this.unknownMethodListeners));
			}
			if (this.executor != null) {
				builder.executor(this.executor);
			}
			this.serverCustomizers.forEach((customizer) -> customizer.accept(builder));
			try {
				Server server = builder.build().start();
				ManagedChannelBuilder<?> channel = this.netty
						? NettyChannelBuilder.forAddress("localhost", server.getPort()).usePlaintext()
						: InProcessChannelBuilder.forName(name);
				List<ClientInterceptor> reversed = new ArrayList<>(this.client);
				java.util.Collections.reverse(reversed); // a channel runs the last one
															// first
				channel.intercept(reversed).disableRetry();
				this.channelCustomizers.forEach((customizer) -> customizer.accept(channel));
				return new GrpcHarness(server, channel.build(), this.timer, this.liveCalls);
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
