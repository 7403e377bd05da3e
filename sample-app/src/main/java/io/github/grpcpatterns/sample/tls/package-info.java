/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * TLS in the profiles {@code tls} and {@code mtls}: for the gRPC server, and for the
 * gateway's channel to it, from Spring Boot's SSL bundles.
 */
@NullMarked
package io.github.grpcpatterns.sample.tls;

import org.jspecify.annotations.NullMarked;
