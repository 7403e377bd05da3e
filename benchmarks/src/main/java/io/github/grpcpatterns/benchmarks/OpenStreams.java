/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;

/**
 * What an open stream costs a server that does nothing: its heap after a full collection,
 * and the processor time of a while, bare, with every pattern but the limits of streams,
 * with their defaults, and with idle time, age and rates both ways. Then what it costs to
 * look whether a stream is idle. The server is another process for each.
 */
public final class OpenStreams {

	/** Below what the server allows on a connection. */
	private static final int STREAMS_PER_CONNECTION = 500;

	private static final int WARM_UP = 500;

	/** What was used to open them is still being compiled. */
	private static final int SETTLE_SECONDS = 15;

	private static final Map<String, String> BARE = Map.of("grpc.patterns.enabled", "false");

	private static final Map<String, String> NO_LIMITS = Map.of("grpc.patterns.server.stream.enabled", "false");

	private OpenStreams() {
	}

	/**
	 * Measure, and print.
	 * @param args how many streams (10000), how many idle seconds (20)
	 * @throws Exception if the server does not start, or a stream ends
	 */
	public static void main(String[] args) throws Exception {
		int streams = (args.length > 0) ? Integer.parseInt(args[0]) : 10_000;
		int seconds = (args.length > 1) ? Integer.parseInt(args[1]) : 20;
		System.out.printf("%,d streams, %d idle seconds%n", streams, seconds);
		for (Idle idle : idle(streams, seconds)) {
			System.out.printf("%-26s %,8.0f bytes/stream %8.1f ms CPU, of it the timer %.2f ms%n", idle.name(),
					idle.bytesPerStream(), idle.cpuMillis(), idle.timerMillis());
		}
		looks(streams);
		System.exit(0);
	}

	/**
	 * Measure what open streams cost that do nothing.
	 */
	static List<Idle> idle(int streams, int seconds) throws Exception {
		return List.of(idle("bare", BARE, streams, seconds),
				idle("patterns without stream", NO_LIMITS, streams, seconds),
				idle("stream with its defaults", Map.of(), streams, seconds),
				idle("idle time, age and rates", policies("10m"), streams, seconds));
	}

	private static Map<String, String> policies(String idleTimeout) {
		String prefix = "grpc.patterns.server.stream.";
		return Map.of(prefix + "idle-timeout", idleTimeout, prefix + "max-duration", "1h", prefix + "inbound-rate",
				"20", prefix + "outbound-rate", "20");
	}

	private static Idle idle(String name, Map<String, String> properties, int streams, int seconds) throws Exception {
		try (ForkedServer server = new ForkedServer(properties);
				Connections connections = new Connections(server.port())) {
			connections.open(WARM_UP);
			connections.end();
			long before = server.heap();
			connections.open(streams);
			double heap = (server.heap() - before) / (double) streams;
			TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
			ForkedServer.Cpu start = server.cpu();
			TimeUnit.SECONDS.sleep(seconds);
			ForkedServer.Cpu used = server.cpu().since(start);
			return new Idle(name, heap, used.process() / 1e6, used.timer() / 1e6);
		}
	}

	/**
	 * A message on every stream after it was opened: when the idle time has passed since
	 * its start the timer looks, and sets itself anew.
	 */
	private static void looks(int streams) throws Exception {
		int idleSeconds = 40;
		try (ForkedServer server = new ForkedServer(new TreeMap<>(policies(idleSeconds + "s")));
				Connections connections = new Connections(server.port())) {
			long start = System.nanoTime();
			connections.open(streams);
			TimeUnit.NANOSECONDS.sleep(start + TimeUnit.SECONDS.toNanos(idleSeconds / 2) - System.nanoTime());
			connections.message();
			ForkedServer.Cpu before = server.cpu();
			TimeUnit.NANOSECONDS
				.sleep(start + TimeUnit.SECONDS.toNanos(idleSeconds + idleSeconds / 2 - 2) - System.nanoTime());
			double micros = server.cpu().since(before).timer() / 1e3 / streams;
			connections.message(); // fails where a stream was ended
			System.out.printf("%-26s %8.2f us of the timer%n", "a look at a stream", micros);
		}
	}

	record Idle(String name, double bytesPerStream, double cpuMillis, double timerMillis) {
	}

	/**
	 * Streams of one client on as many connections as they need.
	 */
	private static final class Connections extends ClientCall.Listener<byte[]> implements AutoCloseable {

		private final int port;

		private final List<ManagedChannel> channels = new ArrayList<>();

		private final List<ClientCall<byte[], byte[]>> calls = new ArrayList<>();

		private final Semaphore answers = new Semaphore(0);

		private volatile boolean closing;

		Connections(int port) {
			this.port = port;
		}

		void open(int streams) throws InterruptedException {
			this.closing = false;
			for (int i = 0; i < streams; i++) {
				if (i % STREAMS_PER_CONNECTION == 0) {
					this.channels.add(NettyChannelBuilder.forAddress("127.0.0.1", this.port)
						.usePlaintext()
						.disableRetry()
						.directExecutor()
						.build());
				}
				ClientCall<byte[], byte[]> call = this.channels.get(this.channels.size() - 1)
					.newCall(OpenStreamsServer.OPEN, CallOptions.DEFAULT);
				call.start(this, new Metadata());
				call.request(Integer.MAX_VALUE);
				this.calls.add(call);
			}
			message();
		}

		/**
		 * Send a message on every stream and wait for the answers.
		 */
		void message() throws InterruptedException {
			for (ClientCall<byte[], byte[]> call : this.calls) {
				call.sendMessage(new byte[100]);
			}
			if (!this.answers.tryAcquire(this.calls.size(), 1, TimeUnit.MINUTES)) {
				throw new IllegalStateException("no answer on " + this.answers.availablePermits() + " streams");
			}
		}

		@Override
		public void onMessage(byte[] message) {
			this.answers.release();
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			if (!this.closing) {
				System.err.println("a stream ended: " + status);
			}
		}

		@Override
		public void close() {
			end();
		}

		void end() {
			this.closing = true;
			try {
				for (ManagedChannel channel : this.channels) {
					channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			this.channels.clear();
			this.calls.clear();
		}

	}

}
