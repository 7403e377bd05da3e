/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.docs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

import io.github.grpcpatterns.sample.product.v1.GetProductRequest;
import io.github.grpcpatterns.sample.product.v1.Product;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ProductCatalogue}.
 */
class ProductCatalogueTests {

	private Server server;

	private ManagedChannel channel;

	private ProductCatalogue catalogue;

	@BeforeEach
	void start() throws IOException {
		String name = UUID.randomUUID().toString();
		this.server = InProcessServerBuilder.forName(name)
			.directExecutor()
			.addService(new ProductServiceGrpc.ProductServiceImplBase() {

				@Override
				public void getProduct(GetProductRequest request, StreamObserver<Product> responses) {
					switch (request.getId()) {
						case "lamp" -> {
							responses.onNext(Product.newBuilder().setId("lamp").build());
							responses.onCompleted();
						}
						case "away" -> responses.onError(Status.UNAVAILABLE.asException());
						default -> responses.onError(Status.NOT_FOUND.asException());
					}
				}

			})
			.build()
			.start();
		this.channel = InProcessChannelBuilder.forName(name).directExecutor().build();
		this.catalogue = new ProductCatalogue(ProductServiceGrpc.newBlockingStub(this.channel));
	}

	@AfterEach
	void stop() {
		this.channel.shutdownNow();
		this.server.shutdownNow();
	}

	@Test
	void aMissingProductIsEmptyAndAnOutageIsNot() {
		assertThat(this.catalogue.find("lamp")).isPresent();
		assertThat(this.catalogue.find("chair")).isEmpty();
		assertThatExceptionOfType(ProductCatalogue.CatalogueException.class)
			.isThrownBy(() -> this.catalogue.find("away"));
	}

	@Test
	void aCursorOutlivesTheProcess(@TempDir Path directory) throws IOException {
		Path cursor = directory.resolve("prices.cursor");
		assertThat(ProductCatalogue.lastSequence(cursor)).isZero();
		ProductCatalogue.remember(cursor, 41);
		ProductCatalogue.remember(cursor, 42);
		assertThat(ProductCatalogue.lastSequence(cursor)).isEqualTo(42);
	}

}
