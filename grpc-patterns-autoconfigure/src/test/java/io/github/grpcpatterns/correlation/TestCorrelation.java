/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.correlation;

import io.grpc.Metadata;
import io.grpc.ServerInterceptor;

/**
 * Opens the pattern to the tests of others.
 */
public final class TestCorrelation {

	public static final Metadata.Key<String> HEADER = Metadata.Key.of("x-correlation-id",
			Metadata.ASCII_STRING_MARSHALLER);

	private TestCorrelation() {
	}

	public static ServerInterceptor serverInterceptor() {
		return new CorrelationServerInterceptor(new CorrelationProperties(true, HEADER.name()));
	}

}
