/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import net.devh.boot.grpc.server.service.GrpcService;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An instance that {@link RollingRestart} starts in a process of its own: answers each
 * call after a while, and tells on demand how many connections it has served.
 */
final class RollingRestartServer {

	static final MethodDescriptor<byte[], byte[]> CALL = Bytes.method("bench.Rolling/Call",
			MethodDescriptor.MethodType.UNARY);

	private static final long HANDLER_MILLIS = 20;

	private RollingRestartServer() {
	}

	/**
	 * Start the server, print {@code started}, and a number for each line of the input.
	 * @param args properties of the application
	 */
	public static void main(String[] args) {
		Map<String, Object> properties = new HashMap<>(
				Map.of("grpc.server.address", "127.0.0.1", "grpc.patterns.server.auth.public-methods", "*",
						"logging.level.root", "error", "spring.main.banner-mode", "off"));
		for (String arg : args) {
			String[] pair = arg.split("=", 2);
			properties.put(pair[0], pair[1]);
		}
		var context = new SpringApplicationBuilder(Application.class).properties(properties).run();
		System.out.println("started");
		Scanner questions = new Scanner(System.in);
		while (questions.hasNextLine()) {
			questions.nextLine();
			System.out.println(context.getBean(Peers.class).peers.size());
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		@GrpcGlobalServerInterceptor
		Peers peers() {
			return new Peers();
		}

		@Bean(destroyMethod = "")
		ScheduledExecutorService handlers() {
			return Executors.newScheduledThreadPool(1);
		}

		@Bean
		@GrpcService
		BindableService rolling(ScheduledExecutorService handlers) {
			return () -> ServerServiceDefinition.builder("bench.Rolling")
				.addMethod(CALL,
						ServerCalls.asyncUnaryCall((byte[] request, StreamObserver<byte[]> responses) -> handlers
							.schedule(() -> answer(request, responses), HANDLER_MILLIS, TimeUnit.MILLISECONDS)))
				.build();
		}

		private static void answer(byte[] request, StreamObserver<byte[]> responses) {
			responses.onNext(request);
			responses.onCompleted();
		}

	}

	/**
	 * Collects the connections from which calls came.
	 */
	static final class Peers implements ServerInterceptor {

		private final Set<SocketAddress> peers = ConcurrentHashMap.newKeySet();

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				ServerCallHandler<ReqT, RespT> next) {
			SocketAddress peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
			if (peer != null) {
				this.peers.add(peer);
			}
			return next.startCall(call, headers);
		}

	}

}
