/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.nimbusds.jose.JOSEException;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import net.devh.boot.grpc.server.service.GrpcService;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * A unary call and streams over loopback, on net.devh, with {@linkplain PatternSet sets}
 * of patterns. Client and server share the process, so the difference counts, not the
 * figure.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(1)
public class ServerChainBenchmark {

	private static final int UNDER_WAY = 32;

	private static final byte[] PAYLOAD = new byte[200];

	/**
	 * Which patterns are on.
	 */
	@Param({ "none", "without-log", "defaults", "everything" })
	private String patterns = "none";

	private @Nullable ConfigurableApplicationContext context;

	private @Nullable ManagedChannel connection;

	private @Nullable Channel channel;

	/**
	 * Start the server.
	 * @throws JOSEException if no token can be signed
	 */
	@Setup
	public void start() throws JOSEException {
		this.context = application(this.patterns);
		int port = this.context.getBean(ServerPort.class).value();
		this.connection = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().directExecutor().build();
		this.channel = authenticated(this.connection);
	}

	/**
	 * Start an application.
	 * @param patterns which patterns are on
	 */
	static ConfigurableApplicationContext application(String patterns) {
		return application(patterns, Application.class, Map.of());
	}

	/**
	 * Start an application.
	 * @param patterns which patterns are on
	 * @param type its configuration
	 * @param more more properties
	 */
	static ConfigurableApplicationContext application(String patterns, Class<? extends Application> type,
			Map<String, Object> more) {
		Map<String, Object> properties = new HashMap<>(PatternSet.properties(patterns));
		properties.putAll(Map.of("grpc.server.port", "0", "grpc.server.address", "127.0.0.1",
				"spring.main.web-application-type", "none", "grpc.patterns.server.auth.jwt.public-key-location",
				Tokens.publicKeyLocation(), "logging.threshold.console", "error", "logging.file.name",
				System.getProperty("java.io.tmpdir") + "/grpc-patterns-benchmark.log",
				// Without the patterns it is left in, and does not start without an
				// actuator.
				"spring.autoconfigure.exclude",
				"net.devh.boot.grpc.server.autoconfigure.GrpcServerMetricAutoConfiguration"));
		properties.putAll(more);
		return new SpringApplicationBuilder(type).properties(properties).run();
	}

	/**
	 * Connect to an application with a token.
	 * @param connection a connection to its server
	 * @return a channel that sends a token
	 * @throws JOSEException if no token can be signed
	 */
	static Channel authenticated(Channel connection) throws JOSEException {
		Metadata headers = new Metadata();
		headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + Tokens.token());
		return ClientInterceptors.intercept(connection, MetadataUtils.newAttachHeadersInterceptor(headers));
	}

	/**
	 * Stop the server.
	 */
	@TearDown
	public void stop() {
		if (this.connection != null) {
			this.connection.shutdownNow();
		}
		if (this.context != null) {
			this.context.close();
		}
	}

	/**
	 * One call, one message each way.
	 * @return the answer
	 */
	@Benchmark
	public byte[] unary() {
		return ClientCalls.blockingUnaryCall(channel(), BenchService.ECHO, CallOptions.DEFAULT, PAYLOAD);
	}

	/**
	 * A message of a server stream.
	 * @param messages takes the messages
	 */
	@Benchmark
	@OperationsPerInvocation(BenchService.MESSAGES)
	public void streamedMessage(Blackhole messages) {
		ClientCalls.blockingServerStreamingCall(channel(), BenchService.STREAM, CallOptions.DEFAULT, PAYLOAD)
			.forEachRemaining(messages::consume);
	}

	/**
	 * A message there and back on a bidirectional stream, {@value #UNDER_WAY} under way.
	 * @throws InterruptedException if interrupted
	 */
	@Benchmark
	@OperationsPerInvocation(BenchService.MESSAGES)
	public void bidiMessage() throws InterruptedException {
		new Conversation(channel().newCall(BenchService.CHAT, CallOptions.DEFAULT)).run();
	}

	private Channel channel() {
		Channel channel = this.channel;
		if (channel == null) {
			throw new IllegalStateException("not started");
		}
		return channel;
	}

	/**
	 * Sends a message for each that comes back.
	 */
	private static final class Conversation extends ClientCall.Listener<byte[]> {

		private final ClientCall<byte[], byte[]> call;

		private final CountDownLatch ended = new CountDownLatch(1);

		private int sent;

		private @Nullable Status status;

		Conversation(ClientCall<byte[], byte[]> call) {
			this.call = call;
		}

		void run() throws InterruptedException {
			this.call.start(this, new Metadata());
			for (int i = 0; i < UNDER_WAY; i++) {
				this.call.sendMessage(PAYLOAD);
			}
			this.sent = UNDER_WAY;
			this.call.request(Integer.MAX_VALUE);
			this.ended.await();
			if (this.status == null || !this.status.isOk()) {
				throw new IllegalStateException("ended as " + this.status);
			}
		}

		@Override
		public void onMessage(byte[] message) {
			if (this.sent == BenchService.MESSAGES) {
				this.call.halfClose();
				this.sent++;
			}
			else if (this.sent < BenchService.MESSAGES) {
				this.call.sendMessage(PAYLOAD);
				this.sent++;
			}
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			this.status = status;
			this.ended.countDown();
		}

	}

	/**
	 * The server.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(ServerPort.class)
	static class Application {

		@Bean
		MeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		@GrpcService
		BindableService bench() {
			return BenchService::definition;
		}

	}

}
