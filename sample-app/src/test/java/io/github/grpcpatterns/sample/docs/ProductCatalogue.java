/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.sample.product.v1.GetProductRequest;
import io.github.grpcpatterns.sample.product.v1.Product;
import io.github.grpcpatterns.sample.product.v1.ProductServiceGrpc.ProductServiceBlockingStub;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * A client of the catalogue, of which {@code docs/calls.md} shows parts.
 */
final class ProductCatalogue {

	private final ProductServiceBlockingStub products;

	ProductCatalogue(ProductServiceBlockingStub products) {
		this.products = products;
	}

	Optional<Product> find(String id) {
		try {
			return Optional.of(this.products.getProduct(GetProductRequest.newBuilder().setId(id).build()));
		}
		catch (StatusRuntimeException ex) {
			if (ex.getStatus().getCode() == Status.Code.NOT_FOUND) {
				return Optional.empty();
			}
			throw CatalogueException.of(ex);
		}
	}

	static long lastSequence(Path cursor) throws IOException {
		return Files.exists(cursor) ? Long.parseLong(Files.readString(cursor)) : 0;
	}

	static void remember(Path cursor, long sequence) throws IOException {
		Path next = cursor.resolveSibling(cursor.getFileName() + ".next");
		Files.writeString(next, Long.toString(sequence));
		Files.move(next, cursor, StandardCopyOption.ATOMIC_MOVE);
	}

	static final class CatalogueException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private CatalogueException(String message, Throwable cause) {
			super(message, cause);
		}

		static CatalogueException of(StatusRuntimeException ex) {
			GrpcErrors errors = GrpcErrors.from(ex);
			return new CatalogueException(errors.reason() + ", correlation id " + errors.correlationId(), ex);
		}

	}

}
