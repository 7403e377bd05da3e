/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;

import com.sun.management.OperatingSystemMXBean;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import net.devh.boot.grpc.server.service.GrpcService;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The server that {@link OpenStreams} and {@link RatedStreams} start in a process of its
 * own: echoes every message, its calls have two threads, and it answers questions about
 * itself on its standard input.
 */
final class OpenStreamsServer {

	static final MethodDescriptor<byte[], byte[]> OPEN = Bytes.method("bench.Open/Echo",
			MethodDescriptor.MethodType.BIDI_STREAMING);

	static final MethodDescriptor<byte[], byte[]> UNLIMITED = Bytes.method("bench.Open/Unlimited",
			MethodDescriptor.MethodType.BIDI_STREAMING);

	private OpenStreamsServer() {
	}

	/**
	 * Start the server, print its port, and answer {@code heap} (bytes in use after a
	 * full collection) and {@code cpu} (nanoseconds of the process, and of the patterns'
	 * timer) until the input ends.
	 * @param args properties of the application
	 * @throws IOException if the input cannot be read
	 */
	public static void main(String[] args) throws IOException {
		Map<String, Object> properties = new HashMap<>(Map.of("grpc.server.port", "0", "grpc.server.address",
				"127.0.0.1", "spring.main.web-application-type", "none", "grpc.patterns.server.auth.public-methods",
				"*", "logging.level.root", "error", "spring.main.banner-mode", "off", "spring.autoconfigure.exclude",
				"net.devh.boot.grpc.server.autoconfigure.GrpcServerMetricAutoConfiguration"));
		for (String arg : args) {
			String[] pair = arg.split("=", 2);
			properties.put(pair[0], pair[1]);
		}
		var context = new SpringApplicationBuilder(Application.class).properties(properties).run();
		System.out.println("port " + context.getBean(ServerPort.class).value());
		BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String question = questions.readLine(); question != null; question = questions.readLine()) {
			System.out.println(question.equals("heap") ? "heap " + heap() : "cpu " + cpu());
		}
		System.exit(0);
	}

	private static long heap() {
		MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 4; i++) {
			System.gc();
			least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
		}
		return least;
	}

	private static String cpu() {
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		long timer = 0;
		for (long id : threads.getAllThreadIds()) {
			ThreadInfo thread = threads.getThreadInfo(id);
			if (thread != null && thread.getThreadName().startsWith("grpc-patterns-timer")) {
				timer += Math.max(0, threads.getThreadCpuTime(id));
			}
		}
		OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
		return process.getProcessCpuTime() + " " + timer;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(ServerPort.class)
	static class Application {

		@Bean
		MeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		GrpcServerConfigurer twoThreads() {
			return (builder) -> builder.executor(Executors.newFixedThreadPool(2));
		}

		@Bean
		@GrpcService
		BindableService open() {
			return () -> ServerServiceDefinition.builder("bench.Open")
				.addMethod(OPEN, ServerCalls.asyncBidiStreamingCall(BenchService.Echo::new))
				.addMethod(UNLIMITED, ServerCalls.asyncBidiStreamingCall(BenchService.Echo::new))
				.build();
		}

	}

}
