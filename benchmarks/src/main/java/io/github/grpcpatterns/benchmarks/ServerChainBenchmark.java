package io.github.grpcpatterns.benchmarks;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
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
import org.springframework.context.event.EventListener;

/**
 * A unary call and a stream over loopback, on net.devh: with every pattern, without the
 * log line, and with none. Client and server share the process, so the difference counts,
 * not the figure.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class ServerChainBenchmark {

	static final MethodDescriptor<byte[], byte[]> ECHO = Bytes.method("bench.Bench/Echo",
			MethodDescriptor.MethodType.UNARY);

	static final MethodDescriptor<byte[], byte[]> STREAM = Bytes.method("bench.Bench/Stream",
			MethodDescriptor.MethodType.SERVER_STREAMING);

	static final int MESSAGES = 1000;

	private static final String SECRET = "a-secret-of-benchmarks-of-32-bytes-or-more";

	private static final byte[] PAYLOAD = new byte[200];

	/**
	 * Which patterns are on.
	 */
	@Param({ "none", "all", "all-but-log" })
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
		int port = this.context.getBean(Application.class).port;
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
		Map<String, Object> properties = new HashMap<>(more);
		properties.putAll(Map.of("grpc.server.port", "0", "grpc.server.address", "127.0.0.1", "grpc.patterns.enabled",
				String.valueOf(!patterns.equals("none")), "grpc.patterns.server.auth.jwt.secret", SECRET,
				"grpc.patterns.server.logging.enabled", String.valueOf(patterns.equals("all")),
				"logging.threshold.console", "error", "logging.file.name",
				System.getProperty("java.io.tmpdir") + "/grpc-patterns-benchmark.log",
				// Without the patterns it is left in, and does not start without an
				// actuator.
				"spring.autoconfigure.exclude",
				"net.devh.boot.grpc.server.autoconfigure.GrpcServerMetricAutoConfiguration"));
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
		headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token());
		return ClientInterceptors.intercept(connection, MetadataUtils.newAttachHeadersInterceptor(headers));
	}

	static String token() throws JOSEException {
		SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256),
				new JWTClaimsSet.Builder().subject("benchmark")
					.claim("scope", "read ".repeat(80)) // as long as real ones
					.expirationTime(Date.from(Instant.now().plus(Duration.ofHours(1))))
					.build());
		token.sign(new MACSigner(SECRET.getBytes(StandardCharsets.UTF_8)));
		return token.serialize();
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
		return ClientCalls.blockingUnaryCall(channel(), ECHO, CallOptions.DEFAULT, PAYLOAD);
	}

	/**
	 * A message of a server stream.
	 * @param messages takes the messages
	 */
	@Benchmark
	@OperationsPerInvocation(MESSAGES)
	public void streamedMessage(Blackhole messages) {
		ClientCalls.blockingServerStreamingCall(channel(), STREAM, CallOptions.DEFAULT, PAYLOAD)
			.forEachRemaining(messages::consume);
	}

	private Channel channel() {
		Channel channel = this.channel;
		if (channel == null) {
			throw new IllegalStateException("not started");
		}
		return channel;
	}

	/**
	 * The server.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		volatile int port;

		@EventListener
		void started(GrpcServerStartedEvent event) {
			this.port = event.getPort();
		}

		@Bean
		MeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		@GrpcService
		BindableService bench() {
			return Application::service;
		}

		static ServerServiceDefinition service() {
			return ServerServiceDefinition.builder("bench.Bench")
				.addMethod(ECHO, ServerCalls.asyncUnaryCall((byte[] request, StreamObserver<byte[]> responses) -> {
					responses.onNext(request);
					responses.onCompleted();
				}))
				.addMethod(STREAM,
						ServerCalls.asyncServerStreamingCall((byte[] request, StreamObserver<byte[]> responses) -> {
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
						}))
				.build();
		}

	}

}
