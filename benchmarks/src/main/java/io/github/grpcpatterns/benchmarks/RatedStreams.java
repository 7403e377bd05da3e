/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;

/**
 * Two hundred streams that always have something to send, at 20 messages a second each,
 * on a server with two threads for its calls, and one stream without a limit beside them.
 */
public final class RatedStreams {

	private static final int STREAMS = 200;

	private RatedStreams() {
	}

	/**
	 * Measure, and print.
	 * @param args how many seconds (10)
	 * @throws Exception if the server does not start
	 */
	public static void main(String[] args) throws Exception {
		int seconds = (args.length > 0) ? Integer.parseInt(args[0]) : 10;
		String prefix = "grpc.patterns.server.stream.";
		try (ForkedServer server = new ForkedServer(Map.of(prefix + "overrides[0].methods",
				OpenStreamsServer.OPEN.getFullMethodName(), prefix + "overrides[0].inbound-rate", "20"))) {
			ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
				.usePlaintext()
				.directExecutor()
				.build();
			PingPong unlimited = new PingPong(channel, OpenStreamsServer.UNLIMITED);
			TimeUnit.SECONDS.sleep(seconds); // to warm up
			double alone = rate(unlimited, seconds);
			List<PingPong> streams = new ArrayList<>();
			for (int i = 0; i < STREAMS; i++) {
				streams.add(new PingPong(channel, OpenStreamsServer.OPEN));
			}
			TimeUnit.SECONDS.sleep(1);
			long[] before = streams.stream().mapToLong((stream) -> stream.answers).toArray();
			long start = System.nanoTime();
			double beside = rate(unlimited, seconds);
			double time = (System.nanoTime() - start) / 1e9;
			double[] rates = new double[STREAMS];
			for (int i = 0; i < STREAMS; i++) {
				rates[i] = (streams.get(i).answers - before[i]) / time;
			}
			System.out.printf("%d streams: %.2f to %.2f messages/s, in order: %s%n", STREAMS,
					Arrays.stream(rates).min().orElseThrow(), Arrays.stream(rates).max().orElseThrow(),
					streams.stream().allMatch((stream) -> stream.inOrder.get()));
			System.out.printf("unlimited: %,.0f round trips/s alone, %,.0f beside them%n", alone, beside);
		}
		System.exit(0);
	}

	private static double rate(PingPong stream, int seconds) throws InterruptedException {
		long before = stream.answers;
		long start = System.nanoTime();
		TimeUnit.SECONDS.sleep(seconds);
		return (stream.answers - before) * 1e9 / (System.nanoTime() - start);
	}

	/**
	 * Numbers its messages and sends the next one when the last one has come back; two
	 * are always under way.
	 */
	private static final class PingPong extends ClientCall.Listener<byte[]> {

		private final ClientCall<byte[], byte[]> call;

		private final AtomicBoolean inOrder = new AtomicBoolean(true);

		private long sent;

		private volatile long answers;

		PingPong(ManagedChannel channel, MethodDescriptor<byte[], byte[]> method) {
			this.call = channel.newCall(method, CallOptions.DEFAULT);
			this.call.start(this, new Metadata());
			this.call.request(Integer.MAX_VALUE);
			synchronized (this) {
				send();
				send();
			}
		}

		private void send() {
			byte[] message = new byte[8];
			ByteBuffer.wrap(message).putLong(this.sent++);
			this.call.sendMessage(message);
		}

		@Override
		@SuppressWarnings("NonAtomicVolatileUpdate") // one callback at a time
		public void onMessage(byte[] message) {
			if (ByteBuffer.wrap(message).getLong() != this.answers) {
				this.inOrder.set(false);
			}
			this.answers++;
			synchronized (this) {
				send();
			}
		}

	}

}
