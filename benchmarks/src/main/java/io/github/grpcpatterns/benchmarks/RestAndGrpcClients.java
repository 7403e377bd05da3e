/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.net.http.HttpClient;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;

import io.github.grpcpatterns.benchmarks.Messages.ClassifyResponseJson;
import io.github.grpcpatterns.benchmarks.Messages.PriceJson;
import io.github.grpcpatterns.benchmarks.v1.BenchmarksGrpc;
import io.github.grpcpatterns.benchmarks.v1.ClassifyRequest;
import io.github.grpcpatterns.benchmarks.v1.Price;
import io.github.grpcpatterns.benchmarks.v1.PriceRequest;
import io.github.grpcpatterns.benchmarks.v1.PricesRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/**
 * A client of each protocol.
 */
final class RestAndGrpcClients implements AutoCloseable {

	private final RestClient rest;

	private final ManagedChannel channel;

	private final BenchmarksGrpc.BenchmarksBlockingStub grpc;

	RestAndGrpcClients(int httpPort, int grpcPort) {
		HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
		this.rest = RestClient.builder()
			.requestFactory(new JdkClientHttpRequestFactory(http))
			.baseUrl("http://127.0.0.1:" + httpPort)
			.build();
		this.channel = NettyChannelBuilder.forAddress("127.0.0.1", grpcPort).usePlaintext().build();
		this.grpc = BenchmarksGrpc.newBlockingStub(this.channel);
	}

	Runnable classify(String protocol) {
		if (protocol.equals(RestOrGrpc.PROTOCOLS.get(0))) {
			Object request = Messages.json("classify-request");
			return () -> some(
					this.rest.post().uri("/classify").body(request).retrieve().body(ClassifyResponseJson.class));
		}
		ClassifyRequest request = (ClassifyRequest) Messages.protobuf("classify-request");
		return () -> some(this.grpc.classify(request));
	}

	void restPrice(long sequence) {
		some(this.rest.get().uri("/prices/{sequence}", sequence).retrieve().body(PriceJson.class));
	}

	void grpcPrice(long sequence) {
		some(this.grpc.getPrice(PriceRequest.newBuilder().setSequence(sequence).build()));
	}

	void restPrices(int count) {
		PriceJson[] prices = some(
				this.rest.get().uri("/prices?count={count}", count).retrieve().body(PriceJson[].class));
		received(prices.length, count);
	}

	void grpcPrices(int count) {
		int received = 0;
		Iterator<Price> prices = this.grpc.listPrices(PricesRequest.newBuilder().setCount(count).build());
		while (prices.hasNext()) {
			prices.next();
			received++;
		}
		received(received, count);
	}

	void grpcPricesAsync(int count) {
		CompletableFuture<Integer> ended = new CompletableFuture<>();
		BenchmarksGrpc.newStub(this.channel)
			.listPrices(PricesRequest.newBuilder().setCount(count).build(), new StreamObserver<>() {

				private int received;

				@Override
				public void onNext(Price price) {
					this.received++;
				}

				@Override
				public void onError(Throwable ex) {
					ended.completeExceptionally(ex);
				}

				@Override
				public void onCompleted() {
					ended.complete(this.received);
				}

			});
		received(ended.join(), count);
	}

	private static void received(int messages, int count) {
		if (messages != count) {
			throw new IllegalStateException("received " + messages + " of " + count);
		}
	}

	private static <T> T some(@Nullable T answer) {
		if (answer == null) {
			throw new IllegalStateException("no answer");
		}
		return answer;
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
	}

}
