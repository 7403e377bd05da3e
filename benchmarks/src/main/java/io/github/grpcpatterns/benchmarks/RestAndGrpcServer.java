/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.github.grpcpatterns.benchmarks.Messages.ClassifyRequestJson;
import io.github.grpcpatterns.benchmarks.Messages.ClassifyResponseJson;
import io.github.grpcpatterns.benchmarks.Messages.PriceJson;
import io.github.grpcpatterns.benchmarks.v1.BenchmarksGrpc;
import io.github.grpcpatterns.benchmarks.v1.ClassifyRequest;
import io.github.grpcpatterns.benchmarks.v1.ClassifyResponse;
import io.github.grpcpatterns.benchmarks.v1.Price;
import io.github.grpcpatterns.benchmarks.v1.PriceRequest;
import io.github.grpcpatterns.benchmarks.v1.PricesRequest;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The server of {@link RestOrGrpc}: the same answers as JSON from Spring MVC on Tomcat
 * and as protobuf from gRPC on Netty, both without any policy.
 */
final class RestAndGrpcServer {

	private RestAndGrpcServer() {
	}

	/**
	 * Start the server, print the ports of gRPC and of HTTP, and serve until the input
	 * ends.
	 * @param args properties of the application
	 * @throws IOException if the input cannot be read
	 */
	public static void main(String[] args) throws IOException {
		Map<String, Object> properties = new HashMap<>(Map.of("grpc.server.port", "0", "grpc.server.address",
				"127.0.0.1", "server.port", "0", "server.address", "127.0.0.1", "grpc.patterns.enabled", "false",
				"logging.level.root", "error", "spring.main.banner-mode", "off", "spring.autoconfigure.exclude",
				"net.devh.boot.grpc.server.autoconfigure.GrpcServerMetricAutoConfiguration"));
		var context = new SpringApplicationBuilder(Application.class).properties(properties).run();
		System.out.println("port " + context.getBean(ServerPort.class).value() + " "
				+ context.getEnvironment().getRequiredProperty("local.server.port"));
		while (System.in.read() != -1) {
			// until the parent ends
		}
		System.exit(0);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(ServerPort.class)
	static class Application {

		@Bean
		@GrpcService
		Grpc grpc() {
			return new Grpc();
		}

		@Bean
		Rest rest() {
			return new Rest();
		}

	}

	static final class Grpc extends BenchmarksGrpc.BenchmarksImplBase {

		@Override
		public void classify(ClassifyRequest request, StreamObserver<ClassifyResponse> responses) {
			responses.onNext(Messages.classifyResponse(request.getDocumentId()));
			responses.onCompleted();
		}

		@Override
		public void getPrice(PriceRequest request, StreamObserver<Price> responses) {
			responses.onNext(Messages.price(request.getSequence()));
			responses.onCompleted();
		}

		@Override
		public void listPrices(PricesRequest request, StreamObserver<Price> responses) {
			ServerCallStreamObserver<Price> call = (ServerCallStreamObserver<Price>) responses;
			int[] sent = { 0 };
			call.setOnReadyHandler(() -> {
				while (sent[0] < request.getCount() && call.isReady()) {
					call.onNext(Messages.price(sent[0]));
					if (++sent[0] == request.getCount()) {
						call.onCompleted();
					}
				}
			});
		}

	}

	@RestController
	static class Rest {

		@PostMapping("/classify")
		ClassifyResponseJson classify(@RequestBody ClassifyRequestJson request) {
			return Messages.classifyResponseJson(request.documentId());
		}

		@GetMapping("/prices/{sequence}")
		PriceJson price(@PathVariable("sequence") long sequence) {
			return Messages.priceJson(sequence);
		}

		@GetMapping("/prices")
		List<PriceJson> prices(@RequestParam("count") int count) {
			return IntStream.range(0, count).mapToObj(Messages::priceJson).toList();
		}

	}

}
