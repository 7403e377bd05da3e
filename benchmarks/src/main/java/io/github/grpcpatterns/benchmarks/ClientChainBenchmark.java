/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.util.Map;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import net.devh.boot.grpc.client.interceptor.GlobalClientInterceptorRegistry;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * The client's chain alone, in front of a channel that answers at once: what a call pays
 * for retries, deadlines and the rest when nothing fails.
 */
public class ClientChainBenchmark extends ContextBenchmark {

	private static final byte[] PAYLOAD = new byte[200];

	/**
	 * Which patterns are on.
	 */
	@Param({ "none", "client.deadline", "client.logging", "client.metrics", "client.retry", "without-log", "defaults" })
	private String patterns = "none";

	private Channel channel = new AnsweringChannel();

	/**
	 * Put the chain together.
	 */
	@Setup
	public void start() {
		ConfigurableApplicationContext context = stopLater(ServerChainBenchmark.application(this.patterns,
				ServerChainBenchmark.Application.class, Map.of("grpc.client.bench.address", "static://127.0.0.1:1")));
		this.channel = ClientInterceptors.interceptForward(new AnsweringChannel(),
				context.getBean(GlobalClientInterceptorRegistry.class).getClientInterceptors());
	}

	/**
	 * A unary call.
	 * @return the status with which it ended
	 */
	@Benchmark
	public @Nullable Status clientUnary() {
		Answer answer = new Answer();
		ClientCall<byte[], byte[]> call = this.channel.newCall(BenchService.ECHO, CallOptions.DEFAULT);
		call.start(answer, new Metadata());
		call.request(2);
		call.sendMessage(PAYLOAD);
		call.halfClose();
		if (answer.status == null || !answer.status.isOk()) {
			throw new IllegalStateException("ended as " + answer.status);
		}
		return answer.status;
	}

	private static final class Answer extends ClientCall.Listener<byte[]> {

		private @Nullable Status status;

		@Override
		public void onClose(Status status, Metadata trailers) {
			this.status = status;
		}

	}

	/**
	 * Answers on the caller's thread.
	 */
	private static final class AnsweringChannel extends Channel {

		@Override
		public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
			return new AnsweringCall<>();
		}

		@Override
		public String authority() {
			return "localhost";
		}

	}

	private static final class AnsweringCall<Q, A> extends ClientCall<Q, A> {

		private @Nullable Listener<A> listener;

		private @Nullable Q message;

		@Override
		public void start(Listener<A> listener, Metadata headers) {
			this.listener = listener;
		}

		@Override
		public void request(int messages) {
		}

		@Override
		public void cancel(@Nullable String message, @Nullable Throwable cause) {
		}

		@Override
		public void sendMessage(Q message) {
			this.message = message;
		}

		@Override
		@SuppressWarnings("unchecked") // an echo
		public void halfClose() {
			Listener<A> listener = this.listener;
			if (listener == null || this.message == null) {
				throw new IllegalStateException("not started");
			}
			listener.onHeaders(new Metadata());
			listener.onMessage((A) this.message);
			listener.onClose(Status.OK, new Metadata());
		}

	}

}
