/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.test.internal.FrameProxy;
import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * A real server on a loopback port that serves its services, and misbehaves on demand:
 * for tests of clients. It has no policies, and runs on real time.
 * <p>
 * A fault holds for all calls from then on, until {@link #heal()}. All methods may be
 * called from any thread.
 *
 * <pre class="code">
 * try (FaultyServer server = FaultyServer.start(new PingService())) {
 * 	server.refuse(Status.UNAVAILABLE, 2).pushback(Duration.ofMillis(50));
 * 	assertThat(PingGrpc.newBlockingStub(server.channel()).ping(request)).isNotNull();
 * 	assertThat(server.calls()).isEqualTo(3);
 * }
 * </pre>
 */
public final class FaultyServer implements AutoCloseable {

	private static final Metadata.Key<String> PUSHBACK = Metadata.Key.of("grpc-retry-pushback-ms",
			Metadata.ASCII_STRING_MARSHALLER);

	private final AtomicInteger calls = new AtomicInteger();

	private final Server server;

	private final FrameProxy proxy;

	private volatile Refusals refusals = new Refusals(Status.OK, 0);

	private volatile @Nullable Duration pushback;

	private @Nullable ManagedChannel channel;

	private FaultyServer(BindableService... services) throws IOException {
		ServerBuilder<?> builder = builder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
		for (BindableService service : services) {
			builder.addService(service);
		}
		this.server = builder.intercept(new Faults()).build().start();
		this.proxy = new FrameProxy(this.server.getPort());
	}

	private static ServerBuilder<?> builder(InetSocketAddress address) {
		boolean shaded = ClassUtils.isPresent("io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder",
				FaultyServer.class.getClassLoader());
		return shaded ? ShadedNetty.builder(address) : PlainNetty.builder(address);
	}

	/**
	 * Start a server that does what its services do.
	 * @param services the services
	 * @return the server, for the caller to close
	 */
	public static FaultyServer start(BindableService... services) {
		try {
			return new FaultyServer(services);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return the port.
	 * @return the port, on the loopback address
	 */
	public int port() {
		return this.proxy.port();
	}

	/**
	 * Return the address for the settings of a client.
	 * @return {@code 127.0.0.1:port}
	 */
	public String target() {
		return "127.0.0.1:" + port();
	}

	/**
	 * Return a plain channel to the server, without policies.
	 * @return the same every time; it is shut down with the server
	 */
	public synchronized ManagedChannel channel() {
		if (this.channel == null) {
			this.channel = Grpc.newChannelBuilder(target(), InsecureChannelCredentials.create()).build();
		}
		return this.channel;
	}

	/**
	 * Return how many calls have come, refused ones included.
	 * @return the number, since the start
	 */
	public int calls() {
		return this.calls.get();
	}

	/**
	 * Refuse each call before its handler runs.
	 * @param status the status, with its description; not {@code OK}
	 * @return this
	 */
	public FaultyServer refuse(Status status) {
		return refuse(status, Integer.MAX_VALUE);
	}

	/**
	 * Refuse the next calls before their handlers run.
	 * @param status the status, with its description; not {@code OK}
	 * @param times how many calls
	 * @return this
	 */
	public FaultyServer refuse(Status status, int times) {
		if (status.isOk()) {
			throw new IllegalArgumentException("a call cannot be refused with OK");
		}
		this.refusals = new Refusals(status, times);
		return this;
	}

	/**
	 * Tell with each refusal when the client may come again
	 * ({@code grpc-retry-pushback-ms}).
	 * @param wait the time from then; negative for never
	 * @return this
	 */
	public FaultyServer pushback(Duration wait) {
		this.pushback = wait;
		return this;
	}

	/**
	 * Cut the connection when the client has been sent so many messages of one call.
	 * @param messages the number; zero for as soon as the handler answers anything
	 * @return this
	 */
	public FaultyServer cutAfter(int messages) {
		this.proxy.cutAfter(messages);
		return this;
	}

	/**
	 * Let everything that the server sends take its time, as on a slow network.
	 * @param delay the time, from when the server sent it
	 * @return this
	 */
	public FaultyServer answerAfter(Duration delay) {
		this.proxy.delay(delay);
		return this;
	}

	/**
	 * Say GOAWAY on each connection: its calls go on, new ones open another connection.
	 */
	public void goAway() {
		this.proxy.goAway();
	}

	/**
	 * Cut each connection now.
	 */
	public void cut() {
		this.proxy.cut();
	}

	/**
	 * Behave from now on.
	 * @return this
	 */
	public FaultyServer heal() {
		this.refusals = new Refusals(Status.OK, 0);
		this.pushback = null;
		this.proxy.heal();
		return this;
	}

	@Override
	public void close() {
		ManagedChannel channel;
		synchronized (this) {
			channel = this.channel;
		}
		if (channel != null) {
			channel.shutdownNow();
		}
		this.proxy.close();
		this.server.shutdownNow();
	}

	/**
	 * Calls that are to be refused.
	 */
	private static final class Refusals {

		private final Status status;

		private final AtomicInteger left;

		Refusals(Status status, int times) {
			this.status = status;
			this.left = new AtomicInteger(times);
		}

		boolean next() {
			return this.left.getAndUpdate((left) -> (left > 0) ? left - 1 : 0) > 0;
		}

	}

	private final class Faults implements ServerInterceptor {

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			FaultyServer.this.calls.incrementAndGet();
			Refusals refusals = FaultyServer.this.refusals;
			if (!refusals.next()) {
				return next.startCall(call, headers);
			}
			Metadata trailers = new Metadata();
			Duration pushback = FaultyServer.this.pushback;
			if (pushback != null) {
				trailers.put(PUSHBACK, Long.toString(pushback.toMillis()));
			}
			call.close(refusals.status, trailers);
			return new ServerCall.Listener<>() {
			};
		}

	}

	private static final class ShadedNetty {

		static ServerBuilder<?> builder(InetSocketAddress address) {
			return io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder.forAddress(address);
		}

	}

	private static final class PlainNetty {

		static ServerBuilder<?> builder(InetSocketAddress address) {
			return io.grpc.netty.NettyServerBuilder.forAddress(address);
		}

	}

}
