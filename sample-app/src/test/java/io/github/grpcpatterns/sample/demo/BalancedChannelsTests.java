/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.sample.SampleInstance;
import io.github.grpcpatterns.sample.product.v1.GetProductRequest;
import io.github.grpcpatterns.sample.product.v1.Product;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Server;
import io.grpc.StatusOr;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BalancedChannels}.
 */
class BalancedChannelsTests {

	private final Backend one = new Backend();

	private final Backend two = new Backend();

	private final NameResolverProvider both = new Both();

	private ManagedChannel channel;

	private ProductServiceGrpc.ProductServiceBlockingStub products;

	@BeforeEach
	void open() {
		NameResolverRegistry.getDefaultRegistry().register(this.both);
		NettyChannelBuilder builder = NettyChannelBuilder.forTarget("both:///backends").usePlaintext();
		new BalancedChannels().balancedChannels().accept(builder, "backends");
		this.channel = builder.build();
		this.products = ProductServiceGrpc.newBlockingStub(this.channel).withWaitForReady();
	}

	@AfterEach
	void close() {
		this.channel.shutdownNow();
		NameResolverRegistry.getDefaultRegistry().deregister(this.both);
		this.one.server.shutdownNow();
		this.two.server.shutdownNow();
	}

	private void call(int times) {
		for (int i = 0; i < times; i++) {
			this.products.getProduct(GetProductRequest.getDefaultInstance());
		}
	}

	@Test
	void callsAreSpreadOverAllAddresses() {
		Awaitility.await().untilAsserted(() -> {
			call(2);
			assertThat(this.one.calls).hasPositiveValue();
			assertThat(this.two.calls).hasPositiveValue();
		});
		int before = this.one.calls.get();
		call(100);
		assertThat(this.one.calls.get() - before).isEqualTo(50);
	}

	@Test
	void anAddressWhoseHealthDoesNotServeGetsNoCalls() {
		this.one.health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.NOT_SERVING);
		call(100);
		assertThat(this.one.calls).hasValue(0);
		assertThat(this.two.calls).hasValue(100);
		this.one.health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
		Awaitility.await().untilAsserted(() -> {
			call(2);
			assertThat(this.one.calls).hasPositiveValue();
		});
	}

	/**
	 * A server that counts its calls.
	 */
	private static final class Backend extends ProductServiceGrpc.ProductServiceImplBase {

		private final AtomicInteger calls = new AtomicInteger();

		private final HealthStatusManager health = new HealthStatusManager();

		private final Server server;

		Backend() {
			try {
				this.server = NettyServerBuilder
					.forAddress(new InetSocketAddress("127.0.0.1", SampleInstance.freePort()))
					.addService(this)
					.addService(this.health.getHealthService())
					.build()
					.start();
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public void getProduct(GetProductRequest request, StreamObserver<Product> responses) {
			this.calls.incrementAndGet();
			responses.onNext(Product.getDefaultInstance());
			responses.onCompleted();
		}

	}

	/**
	 * Resolves {@code both:///backends} to the two.
	 */
	private final class Both extends NameResolverProvider {

		@Override
		public NameResolver newNameResolver(URI target, NameResolver.Args args) {
			return new NameResolver() {

				@Override
				public String getServiceAuthority() {
					return "backends";
				}

				@Override
				public void start(Listener2 listener) {
					List<EquivalentAddressGroup> addresses = List
						.of(BalancedChannelsTests.this.one, BalancedChannelsTests.this.two)
						.stream()
						.map((backend) -> (SocketAddress) backend.server.getListenSockets().get(0))
						.map(EquivalentAddressGroup::new)
						.toList();
					listener.onResult(
							ResolutionResult.newBuilder().setAddressesOrError(StatusOr.fromValue(addresses)).build());
				}

				@Override
				public void shutdown() {
				}

			};
		}

		@Override
		public String getDefaultScheme() {
			return "both";
		}

		@Override
		protected boolean isAvailable() {
			return true;
		}

		@Override
		protected int priority() {
			return 5;
		}

	}

}
