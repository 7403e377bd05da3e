/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import com.nimbusds.jose.JOSEException;
import io.github.grpcpatterns.ServerBuilderHook;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import net.devh.boot.grpc.server.interceptor.GlobalServerInterceptorRegistry;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * The chain alone: the interceptors and tracers of a real context, called as grpc-java
 * calls them, in front of a transport that does nothing. What other processes do to a
 * network's figures leaves these alone, and {@code -prof gc} tells the bytes exactly.
 */
public class ChainBenchmark extends ContextBenchmark {

	private static final SocketAddress PEER = new InetSocketAddress("127.0.0.1", 50000);

	private static final Attributes CONNECTION = Attributes.newBuilder()
		.set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, PEER)
		.build();

	private static final byte[] PAYLOAD = new byte[200];

	/**
	 * Which patterns are on.
	 */
	@Param({ "none", "correlation", "logging", "metrics", "shutdown", "auth", "auth-uncached", "rate-limit", "deadline",
			"stream", "errors", "without-log", "defaults", "everything" })
	private String patterns = "none";

	private final List<ServerStreamTracer.Factory> tracers = new ArrayList<>();

	private @Nullable ServerServiceDefinition service;

	private byte[][] headers = new byte[0][];

	/**
	 * Put the chain together.
	 * @throws JOSEException if no token can be signed
	 */
	@Setup
	public void start() throws JOSEException {
		ConfigurableApplicationContext context = stopLater(ServerChainBenchmark.application(this.patterns));
		NettyServerBuilder builder = NettyServerBuilder.forPort(0);
		for (ServerBuilderHook hook : context.getBeansOfType(ServerBuilderHook.class).values()) {
			hook.customize(new TracedBuilder(builder, this.tracers));
		}
		this.service = ServerInterceptors.interceptForward(BenchService.definition(),
				context.getBean(GlobalServerInterceptorRegistry.class).getServerInterceptors());
		this.headers = new byte[][] { "authorization".getBytes(StandardCharsets.US_ASCII),
				("Bearer " + Tokens.token()).getBytes(StandardCharsets.US_ASCII) };
	}

	/**
	 * A unary call.
	 * @return the status with which it ended
	 */
	@Benchmark
	public @Nullable Status unary() {
		return call(BenchService.ECHO);
	}

	/**
	 * A message of a server stream.
	 * @return the status with which the stream ended
	 */
	@Benchmark
	@OperationsPerInvocation(BenchService.MESSAGES)
	public @Nullable Status streamedMessage() {
		return call(BenchService.STREAM);
	}

	/**
	 * A message there and back on a bidirectional stream.
	 * @return the status with which the stream ended
	 */
	@Benchmark
	@OperationsPerInvocation(BenchService.MESSAGES)
	public @Nullable Status bidiMessage() {
		return call(BenchService.CHAT);
	}

	private @Nullable Status call(MethodDescriptor<byte[], byte[]> method) {
		Metadata headers = InternalMetadata.newMetadata(this.headers.clone());
		ServerStreamTracer[] tracers = new ServerStreamTracer[this.tracers.size()];
		Context context = Context.ROOT;
		for (int i = 0; i < tracers.length; i++) {
			tracers[i] = this.tracers.get(i).newServerStreamTracer(method.getFullMethodName(), headers);
			context = tracers[i].filterContext(context);
		}
		Context previous = context.attach();
		try {
			NoTransport call = new NoTransport(method, tracers);
			call.run(handler(method).getServerCallHandler().startCall(call, headers));
			return call.status;
		}
		finally {
			context.detach(previous);
		}
	}

	@SuppressWarnings("unchecked")
	private ServerMethodDefinition<byte[], byte[]> handler(MethodDescriptor<byte[], byte[]> method) {
		ServerServiceDefinition service = this.service;
		ServerMethodDefinition<?, ?> definition = (service != null) ? service.getMethod(method.getFullMethodName())
				: null;
		if (definition == null) {
			throw new IllegalStateException("not started");
		}
		return (ServerMethodDefinition<byte[], byte[]>) definition;
	}

	/**
	 * Takes everything at once, and tells the tracers as a transport does.
	 */
	private static final class NoTransport extends ServerCall<byte[], byte[]> {

		private final MethodDescriptor<byte[], byte[]> method;

		private final ServerStreamTracer[] tracers;

		private @Nullable Status status;

		NoTransport(MethodDescriptor<byte[], byte[]> method, ServerStreamTracer[] tracers) {
			this.method = method;
			this.tracers = tracers;
		}

		void run(Listener<byte[]> listener) {
			listener.onReady();
			int messages = this.method.getType().clientSendsOneMessage() ? 1 : BenchService.MESSAGES;
			for (int i = 0; i < messages; i++) {
				for (ServerStreamTracer tracer : this.tracers) {
					tracer.inboundMessage(i);
					tracer.inboundMessageRead(i, PAYLOAD.length, PAYLOAD.length);
					tracer.inboundUncompressedSize(PAYLOAD.length);
				}
				listener.onMessage(PAYLOAD);
			}
			listener.onHalfClose();
			listener.onComplete();
		}

		@Override
		public void request(int numMessages) {
		}

		@Override
		public void sendHeaders(Metadata headers) {
		}

		@Override
		public void sendMessage(byte[] message) {
			for (ServerStreamTracer tracer : this.tracers) {
				tracer.outboundMessage(0);
				tracer.outboundMessageSent(0, message.length, message.length);
				tracer.outboundUncompressedSize(message.length);
			}
		}

		@Override
		public void close(Status status, Metadata trailers) {
			this.status = status;
			for (ServerStreamTracer tracer : this.tracers) {
				tracer.streamClosed(status);
			}
		}

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public boolean isCancelled() {
			return false;
		}

		@Override
		public Attributes getAttributes() {
			return CONNECTION;
		}

		@Override
		public MethodDescriptor<byte[], byte[]> getMethodDescriptor() {
			return this.method;
		}

	}

}
