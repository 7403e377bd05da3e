/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.docs.snippets;

import io.github.grpcpatterns.error.GrpcExceptionMapper;
import io.grpc.Status;

import org.springframework.context.annotation.Bean;

class StockErrors {

	@Bean
	GrpcExceptionMapper stockErrors() {
		return (thrown) -> (thrown instanceof OutOfStockException)
				? Status.FAILED_PRECONDITION.withDescription("out of stock").asException() : null;
	}

	@SuppressWarnings("serial")
	static class OutOfStockException extends RuntimeException {

	}

}
