/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;

/**
 * Calls one unary method of a server on a loopback port over and over, with a number of
 * calls under way, and prints how many calls a second ended well.
 */
public final class UnaryLoad {

	private UnaryLoad() {
	}

	/**
	 * Run the load: once to warm up, then measured, each for the same time.
	 * @param args the port, the full method name, the text that is field 1 of the
	 * request, the token, how many calls are under way, how many seconds
	 * @throws InterruptedException if interrupted
	 */
	public static void main(String[] args) throws InterruptedException {
		ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", Integer.parseInt(args[0]))
			.usePlaintext()
			.disableRetry()
			.directExecutor()
			.build();
		try {
			MethodDescriptor<byte[], byte[]> method = Bytes.method(args[1], MethodDescriptor.MethodType.UNARY);
			Duration time = Duration.ofSeconds(Long.parseLong(args[5]));
			int underWay = Integer.parseInt(args[4]);
			run(channel, method, request(args[2]), args[3], underWay, time);
			System.out.printf("%,.0f calls/s%n",
					run(channel, method, request(args[2]), args[3], underWay, time).perSecond());
		}
		finally {
			channel.shutdownNow();
		}
	}

	/**
	 * Field 1 with a text shorter than 128 bytes.
	 */
	private static byte[] request(String text) {
		byte[] value = text.getBytes(StandardCharsets.UTF_8);
		byte[] request = new byte[value.length + 2];
		request[0] = 1 << 3 | 2;
		request[1] = (byte) value.length;
		System.arraycopy(value, 0, request, 2, value.length);
		return request;
	}

	/**
	 * Call for a while.
	 * @return how many calls ended, and in which time
	 */
	static Load run(ManagedChannel channel, MethodDescriptor<byte[], byte[]> method, byte[] request, String token,
			int underWay, Duration time) throws InterruptedException {
		Semaphore places = new Semaphore(underWay);
		LongAdder ended = new LongAdder();
		long start = System.nanoTime();
		while (System.nanoTime() - start < time.toNanos()) {
			places.acquire();
			ClientCall<byte[], byte[]> call = channel.newCall(method, CallOptions.DEFAULT);
			call.start(new ClientCall.Listener<>() {

				@Override
				public void onClose(Status status, Metadata trailers) {
					if (!status.isOk()) {
						throw new IllegalStateException(status.toString());
					}
					ended.increment();
					places.release();
				}

			}, headers(token));
			call.request(2);
			call.sendMessage(request);
			call.halfClose();
		}
		places.acquire(underWay);
		return new Load(ended.sum(), System.nanoTime() - start);
	}

	private static Metadata headers(String token) {
		Metadata headers = new Metadata();
		if (!token.isEmpty()) {
			headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
		}
		return headers;
	}

	record Load(long calls, long nanos) {

		double perSecond() {
			return this.calls * 1e9 / this.nanos;
		}

	}

}
