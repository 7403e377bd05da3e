/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/**
 * A service that does next to nothing, with a method of each kind that is measured.
 */
final class BenchService {

	static final MethodDescriptor<byte[], byte[]> ECHO = Bytes.method("bench.Bench/Echo",
			MethodDescriptor.MethodType.UNARY);

	static final MethodDescriptor<byte[], byte[]> STREAM = Bytes.method("bench.Bench/Stream",
			MethodDescriptor.MethodType.SERVER_STREAMING);

	static final MethodDescriptor<byte[], byte[]> CHAT = Bytes.method("bench.Bench/Chat",
			MethodDescriptor.MethodType.BIDI_STREAMING);

	/** Of a stream. */
	static final int MESSAGES = 10_000;

	private BenchService() {
	}

	static ServerServiceDefinition definition() {
		return ServerServiceDefinition.builder("bench.Bench")
			.addMethod(ECHO, ServerCalls.asyncUnaryCall((byte[] request, StreamObserver<byte[]> responses) -> {
				responses.onNext(request);
				responses.onCompleted();
			}))
			.addMethod(STREAM, ServerCalls.asyncServerStreamingCall(BenchService::stream))
			.addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(Echo::new))
			.build();
	}

	private static void stream(byte[] request, StreamObserver<byte[]> responses) {
		ServerCallStreamObserver<byte[]> call = (ServerCallStreamObserver<byte[]>) responses;
		int[] sent = { 0 };
		call.setOnReadyHandler(() -> {
			while (sent[0] < MESSAGES && call.isReady()) {
				call.onNext(request);
				if (++sent[0] == MESSAGES) {
					call.onCompleted();
				}
			}
		});
	}

	/**
	 * Sends back what it gets.
	 */
	record Echo(StreamObserver<byte[]> responses) implements StreamObserver<byte[]> {

		@Override
		public void onNext(byte[] message) {
			this.responses.onNext(message);
		}

		@Override
		public void onError(Throwable ex) {
			// The client is gone.
		}

		@Override
		public void onCompleted() {
			this.responses.onCompleted();
		}

	}

}
