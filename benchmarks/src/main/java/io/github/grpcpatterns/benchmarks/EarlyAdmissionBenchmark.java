/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.nimbusds.jose.JOSEException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An admitted unary call over loopback, on net.devh, where handlers run on an executor of
 * a few threads: decided about in its queue, as a customizer of the application gives it
 * to the builder, and before its queue, as {@code executor.bean}.
 */
@State(Scope.Benchmark)
@BenchmarkMode({ Mode.AverageTime, Mode.Throughput })
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 10, time = 5)
@Fork(3)
public class EarlyAdmissionBenchmark {

	private static final byte[] PAYLOAD = new byte[200];

	/**
	 * Where the policies decide.
	 */
	@Param({ "in-the-queue", "before-the-queue" })
	private String decided = "in-the-queue";

	private @Nullable ConfigurableApplicationContext context;

	private @Nullable ManagedChannel connection;

	private @Nullable Channel channel;

	/**
	 * Start the server.
	 * @throws JOSEException if no token can be signed
	 */
	@Setup
	public void start() throws JOSEException {
		boolean early = this.decided.equals("before-the-queue");
		this.context = ServerChainBenchmark.application("without-log", early ? Application.class : Customized.class,
				Map.of("grpc.patterns.server.rate-limit.calls-per-second", "1000000",
						"grpc.patterns.server.executor.bean", early ? "handlers" : ""));
		int port = this.context.getBean(ServerPort.class).value();
		this.connection = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().directExecutor().build();
		this.channel = ServerChainBenchmark.authenticated(this.connection);
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
	 * One call after the other.
	 * @return the answer
	 */
	@Benchmark
	public byte[] alone() {
		return call();
	}

	/**
	 * Calls of eight clients, more than there are threads.
	 * @return the answer
	 */
	@Benchmark
	@Threads(8)
	public byte[] together() {
		return call();
	}

	private byte[] call() {
		Channel channel = this.channel;
		if (channel == null) {
			throw new IllegalStateException("not started");
		}
		return ClientCalls.blockingUnaryCall(channel, BenchService.ECHO, CallOptions.DEFAULT, PAYLOAD);
	}

	/**
	 * The server, with the executor as a bean.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application extends ServerChainBenchmark.Application {

		@Bean
		ExecutorService handlers() {
			return Executors.newFixedThreadPool(4);
		}

	}

	/**
	 * The server, which gives the executor to the builder itself.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Customized extends Application {

		@Bean
		GrpcServerConfigurer configurer(ExecutorService handlers) {
			return (builder) -> builder.executor(handlers);
		}

	}

}
